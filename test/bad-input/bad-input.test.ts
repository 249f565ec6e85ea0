// What people get wrong, and what they read then: each case against its golden text (accepted with HLX_ACCEPT=1).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLineCases } from "./cases/command-line.ts";
import { inventoryCases } from "./cases/inventory.ts";
import { playbookCases } from "./cases/playbook.ts";
import { yamlCases } from "./cases/yaml.ts";
import { type Case, run, type Said } from "./project.ts";

const cases: readonly Case[] = [...yamlCases, ...inventoryCases, ...playbookCases, ...commandLineCases];

function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, "../golden/bad-input", `${name}.txt`);
  if (process.env["HLX_ACCEPT"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : "(no golden file: HLX_ACCEPT=1 writes it)").toBe(text);
}

function fileOf({ row, name }: Case): string {
  return `${String(row).padStart(2, "0")}-${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`;
}

describe.each(cases)("row $row: $name", (one) => {
  test("is told as the golden text says", async () => {
    const said = await run(one);
    expectGolden(fileOf(one), `$ hlx ${(one.argv ?? ["validate"]).join(" ")}\n${said.out}${said.err}`);
    expect(said.code).toBe(one.exit ?? 1);
    expectReadable(said, one);
  });
});

function expectReadable({ folder, out, err }: Said, { quotes = "" }: Case): void {
  const said = `${out}${err}`.replace(quotes, "");
  expect(said).not.toMatch(/\n\s+at |\[object |undefined|hlx failed|internal/);
  expect(said).not.toContain(folder);
}
