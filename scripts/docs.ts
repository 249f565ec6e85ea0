// Generates docs/reference from the registries; with --check only says what differs, and fails.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describeCommands } from "../src/cli/commands.ts";
import { inventorySchema } from "../src/inventory/schema.ts";
import type { Role } from "../src/model/role.ts";
import { playbookSchema } from "../src/playbook/schema.ts";
import { editorSchema } from "../src/report/editor-schema.ts";
import { commandsPage, kindPage, listPage, rolePage } from "../src/report/reference.ts";
import { kinds } from "../src/resources/registry.ts";
import { casesOf } from "./cases.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "docs", "reference");

/** Every page by its path below docs/reference. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const roles = await loadRoles();
  const cases = new Map(await Promise.all(kinds.map(async (kind) => [kind.kind, await casesOf(kind)] as const)));
  const byName = kinds.toSorted((left, right) => (left.kind < right.kind ? -1 : 1));
  return new Map([
    [
      "kinds/README.md",
      listPage(
        "Kinds of resources",
        byName.map(({ kind, summary }) => ({ name: kind, summary })),
      ),
    ],
    ...byName.map((kind) => [`kinds/${kind.kind}.md`, kindPage(kind, cases.get(kind.kind))] as const),
    ["roles/README.md", listPage("Roles", roles)],
    ...roles.map((role) => [`roles/${role.name}.md`, rolePage(role)] as const),
    ["commands.md", commandsPage(await describeCommands())],
    ["inventory.schema.json", `${JSON.stringify(editorSchema(inventorySchema), null, 2)}\n`],
    ["playbook.schema.json", `${JSON.stringify(editorSchema(playbookSchema), null, 2)}\n`],
  ]);
}

/** Paths below docs/reference where the committed page is missing, differs, or should not be. */
export function differing(pages: ReadonlyMap<string, string>): readonly string[] {
  const stale = [...pages].filter(([path, content]) => textOf(join(folder, path)) !== content).map(([path]) => path);
  return [...stale, ...globSync("**/*.{md,json}", { cwd: folder }).filter((path) => !pages.has(path))].sort();
}

async function loadRoles(): Promise<readonly Role[]> {
  const files = globSync("roles/*/role.ts", { cwd: root }).sort();
  return Promise.all(files.map(async (file) => ((await import(join(root, file))) as { readonly default: Role }).default));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function write(pages: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of pages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

if (basename(process.argv[1] ?? "") === "docs.ts") {
  const pages = await referencePages();
  const stale = differing(pages);
  if (!process.argv.includes("--check")) write(pages);
  else if (stale.length > 0) {
    process.stderr.write(`docs/reference differs from the source in ${stale.join(", ")}: run npm run docs\n`);
    process.exitCode = 1;
  }
}
