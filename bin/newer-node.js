// Runs hlx again under the Node that the package `node` brought along, where the machine's own is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const carried = ["../node_modules/node/bin/node", "../../node/bin/node"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/** Resolves to the exit code of the run; says in one line what is missing when there is no newer Node. */
export function runUnderNewerNode(found, wanted) {
  const node = carried.find((path) => existsSync(path));
  if (node === undefined) {
    process.stderr.write(`hlx needs Node ${wanted} or newer, found ${found}: run "npm ci" in the project (it brings one), or install Node 24\n`);
    return 1;
  }
  const child = spawn(node, [fileURLToPath(new URL("./hlx.js", import.meta.url)), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1))));
}
