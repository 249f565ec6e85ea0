// Golden files: compared exactly, rewritten only when HLX_ACCEPT=1 is set on purpose.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";

export function expectGolden(name: string, text: string): void {
  const file = new URL(`../golden/cli/${name}.txt`, import.meta.url).pathname;
  if (process.env["HLX_ACCEPT"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : "(no golden file: HLX_ACCEPT=1 writes it)").toBe(text);
}
