// Makes dist/, the package as it is published: compiled, for Node runs no TypeScript beneath node_modules; with --pack also the archive.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../src/lib/json.ts";

const root = join(import.meta.dirname, "..");
const asTheyAre = ["bin", "docs", "README.md", "CHANGELOG.md", "LICENSE", "inventory.example.yaml", "playbooks", "stacks", "inventory", "keys"];

/** Writes the package to this folder, which is made anew. Throws when the compiler refuses. */
export function makePackage(dist: string): void {
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.package.json"), "--outDir", dist], {
    stdio: "inherit",
  });
  for (const name of asTheyAre) cpSync(join(root, name), join(dist, name), { recursive: true });
  replaceIn(join(dist, "bin/hlx.js"), "../src/main.ts", "../src/main.js");
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(published(), null, 2)}\n`);
}

function published(): unknown {
  const { devDependencies, scripts, files, ...rest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  const entries = isRecord(rest["exports"]) ? Object.entries(rest["exports"]) : [];
  return { ...rest, exports: Object.fromEntries(entries.map(([name, path]) => [name, String(path).replace(/\.ts$/, ".js")])), engines: { node: ">=22.18" } };
}

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
  writeFileSync(file, text.replace(from, to));
}

if (import.meta.main) {
  const dist = join(root, "dist");
  makePackage(dist);
  execFileSync("npm", ["pack", dist, "--pack-destination", dist], { stdio: "inherit" });
}
