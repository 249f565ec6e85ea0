// Each scaffold, in a copy of the tree: what it writes passes format, lint, types and sizes, and its own test.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const copy = mkdtempSync(join(tmpdir(), "hlx-recipes-"));
const tree = [
  "bin",
  "src",
  "roles",
  "scripts",
  "docs",
  "test",
  "bench",
  "playbooks",
  "package.json",
  "tsconfig.json",
  "biome.json",
  "vitest.config.ts",
  ".gitignore",
];
const environment = { ...process.env, NO_COLOR: "1" };

beforeAll(() => {
  for (const name of tree) cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
  // biome asks git what is ignored; what a scaffold touches is what git shows as changed.
  for (const words of [
    ["init", "-q"],
    ["add", "."],
    ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "before"],
  ])
    spawnSync("git", words, { cwd: copy });
});
afterAll(() => rmSync(copy, { recursive: true }));

function run(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(join("node_modules/.bin", words[0] ?? ""), words.slice(1), { cwd: copy, env: environment, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

const made = [
  ["role", "greeting", "unit", "test/roles/greeting.test.ts"],
  ["kind", "my-marker", "machine", "test/resources/my-marker.test.ts"],
  ["connection", "my-way", "machine", "test/connections/my-way.test.ts"],
  ["command", "count-hosts", "unit", "test/cli/count-hosts.test.ts"],
  ["inventory-source", "plain-lines", "unit", "test/inventory/plain-lines.test.ts"],
] as const;

describe("npm run new", () => {
  test.each(made)("%s %s", (what, name) => expect(run("node", "scripts/new.ts", what, name)).toBe(""));
  test("what is written passes biome and the compiler", { timeout: 120_000 }, () => {
    // The rest of the tree is checked where it is.
    const { stdout } = spawnSync("git", ["status", "--porcelain", "--untracked-files=all"], { cwd: copy, encoding: "utf8" });
    const touched = stdout
      .split("\n")
      .map((line) => line.slice(3))
      .filter((file) => /\.ts$/.test(file));
    expect(touched.length).toBeGreaterThan(2 * made.length);
    expect(run("biome", "ci", "--error-on-warnings", ...touched)).toBe("");
    expect(run("tsc")).toBe("");
  });
  test.each(made)("the test of the %s %s passes", { timeout: 120_000 }, (...[, , project, file]) => {
    expect(run("vitest", "run", "--project", project, file)).toBe("");
  });
  test("the kind's recorded cases and the rules of the code hold, and the pages are up to date", { timeout: 120_000 }, () => {
    expect(run("vitest", "run", "--project", "machine", "test/resources/cases.test.ts", "-t", "my-marker")).toBe("");
    expect(run("vitest", "run", "--project", "unit", "test/imports.test.ts", "test/rules.test.ts", "test/docs/reference.test.ts")).toBe("");
  });
  test("a scaffold that is broken would be seen", { timeout: 120_000 }, () => {
    const file = join(copy, "src/cli/commands/count-hosts.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace(".length;", ".length + 1;"));
    expect(run("vitest", "run", "--project", "unit", "test/cli/count-hosts.test.ts")).toContain("hlx count-hosts");
    writeFileSync(file, `${readFileSync(file, "utf8")}const one: string = 1;\n`);
    expect(run("tsc")).toContain("count-hosts.ts");
  });
});

describe("what is refused", () => {
  test.each([
    [["rol", "x"], 'did you mean "role"?'],
    [["role", "My_Role"], "a name is lower case"],
    [["role", "base"], "roles/base/role.ts is there already"],
    [[], "npm run new role|kind|connection|command|inventory-source NAME"],
  ])("%j", (words, said) => expect(run("node", "scripts/new.ts", ...words)).toContain(said));
});
