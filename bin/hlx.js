#!/usr/bin/env node
// Answers --version at once, finds a Node that is new enough, turns on the compile cache, and hands over to main.
import { readFileSync } from "node:fs";

const packageJson = new URL("../package.json", import.meta.url);
const wanted = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);
const newEnough = major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);

if (process.argv.length === 3 && process.argv[2] === "--version") {
  process.stdout.write(`${JSON.parse(readFileSync(packageJson, "utf8")).version}\n`);
} else if (newEnough) {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache?.();
  await import("../src/main.ts");
} else {
  const { runUnderNewerNode } = await import("./newer-node.js");
  process.exitCode = await runUnderNewerNode(process.versions.node, wanted.join("."));
}
