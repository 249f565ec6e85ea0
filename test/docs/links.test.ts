// Pages point at what is there, and name only commands and options that exist.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeCommands } from "../../src/cli/commands.ts";
import { flagsOf } from "../../src/cli/parse/normalise.ts";

const described = await describeCommands();
const optionsOf = new Map(described.map(({ name, options }) => [name, options.map(flagsOf).flatMap(({ short, long }) => [`-${short}`, `--${long}`])]));
const pages = [...globSync("*.md"), ...globSync("docs/**/*.md")].filter((page) => page !== "CHANGELOG.md").sort();

function deadLinks(page: string, text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link));
  return links.filter((link) => !existsSync(join(dirname(page), link)));
}

// Recipes name what is still to be made.
function deadPaths(text: string): readonly string[] {
  const named = [...text.matchAll(/`((?:src|test|docs|roles|playbooks|scripts|inventory|bench|stacks|keys)\/[\w./-]*)`/g)].map(([, path = ""]) => path);
  return named.filter((path) => !path.includes("NAME") && !existsSync(path));
}

function unknownCalls(text: string, made: readonly string[] = []): readonly string[] {
  const calls = [...text.matchAll(/(?:^ {4}|`)(?:npx )?hlx ([a-z]+[^`\n|]*)/gm)].map(([, words = ""]) => words.split(" -- ")[0]?.split(/\s+/) ?? []);
  return calls.flatMap(([command = "", ...words]) => {
    const options = optionsOf.get(command);
    if (options === undefined) return made.includes(command) ? [] : [command];
    return words.filter((word) => /^--?[a-z]/.test(word) && !options.includes(word.split("=")[0] ?? "")).map((word) => `${command} ${word}`);
  });
}

describe.each(pages)("%s", (page) => {
  const text = readFileSync(page, "utf8");
  test("its links lead somewhere", () => expect(deadLinks(page, text)).toEqual([]));
  test("its commands and options exist", () => expect(page.startsWith("docs/reference/") ? [] : unknownCalls(text)).toEqual([]));
  test("the files that it names exist", () => expect(page.startsWith("docs/recipes/") ? [] : deadPaths(text)).toEqual([]));
});

describe.each([...globSync("docs/recipes/*.md"), "docs/coming-from-terraform.md"])("%s", (page) => {
  test("is one page", () => expect(readFileSync(page, "utf8").split("\n").length).toBeLessThan(page.includes("recipes") ? 40 : 70));
});

test("every way to add something has a recipe, and every recipe a scaffold", () => {
  const named = [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/recipes\/add-an?-([\w-]+)\.md/g)].map(([, name]) => name);
  expect(named).toEqual(["role", "kind", "connection", "command", "inventory-source"]);
  for (const name of named) expect(existsSync(`scripts/new/${name}.ts`), name).toBe(true);
});

test("what is wrong would be seen", () => {
  expect(deadLinks("docs/x.md", "[a](guide.md) [b](nowhere.md) [c](https://example.org/x)")).toEqual(["nowhere.md"]);
  expect(deadPaths("`src/main.ts`, `test/nowhere.test.ts`, `src/NAME.ts`")).toEqual(["test/nowhere.test.ts"]);
  expect(unknownCalls("`hlx plna` and `hlx plan --lmit x`")).toEqual(["plna", "plan --lmit"]);
});
