// Writes a new role, kind, connection, command or inventory source that works and passes the checks: npm run new kind my-thing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { $ } from "zx";
import { didYouMean } from "../src/lib/suggest.ts";
import { command } from "./new/command.ts";
import { connection } from "./new/connection.ts";
import { inventorySource } from "./new/inventory-source.ts";
import { kind } from "./new/kind.ts";
import { role } from "./new/role.ts";
import type { Line, Scaffold } from "./new/scaffold.ts";

const root = join(import.meta.dirname, "..");
const makers = new Map<string, (name: string) => Scaffold>(Object.entries({ role, kind, connection, command, "inventory-source": inventorySource }));

const [what = "", name = ""] = process.argv.slice(2);
const wrong = whatIsWrong();
if (wrong === undefined) await make(what, name);
else {
  process.stderr.write(`${wrong}\n`);
  process.exitCode = 1;
}

function whatIsWrong(): string | undefined {
  if (!makers.has(what))
    return `npm run new ${[...makers.keys()].join("|")} NAME${what === "" ? "" : `: ${didYouMean(what, makers.keys()) ?? `no recipe for "${what}"`}`}`;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return `npm run new ${what} NAME: a name is lower case, with dashes: my-thing`;
  const there = Object.keys(scaffoldOf(what, name).files).find((file) => existsSync(join(root, file)));
  return there === undefined ? undefined : `${there} is there already`;
}

function scaffoldOf(sort: string, called: string): Scaffold {
  const maker = makers.get(sort);
  if (maker === undefined) throw new Error(`no recipe for ${sort}`);
  return maker(called);
}

async function make(sort: string, called: string): Promise<void> {
  const { files, lines, project, test, next } = scaffoldOf(sort, called);
  for (const [file, content] of Object.entries(files)) write(file, content);
  for (const line of lines) add(line);
  const touched = [...Object.keys(files), ...lines.map(({ file }) => file)].filter((file) => file.endsWith(".ts"));
  await $({ cwd: root, quiet: true })`npx biome check --write ${touched}`;
  await $({ cwd: root, quiet: true })`${process.execPath} scripts/docs.ts`;
  for (const file of [...Object.keys(files), ...new Set(lines.map((line) => line.file))]) process.stdout.write(`  ${file}\n`);
  process.stdout.write(
    `Its test:  npx vitest run --project ${project} ${test}\nNext:      ${next}\nAll of it: docs/recipes/add-a${sort.startsWith("i") ? "n" : ""}-${sort}.md\n`,
  );
}

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
}

function add({ file, after, add: addition }: Line): void {
  const text = readFileSync(join(root, file), "utf8");
  if (text.split(after).length !== 2) throw new Error(`${file}: expected once: ${after.trim()}`);
  writeFileSync(
    join(root, file),
    text.replace(after, () => `${after}${addition}`),
  );
}
