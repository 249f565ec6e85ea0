// A long text on a terminal goes to the pager; everything else is written as it is.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { showInPager } from "../../src/cli/pager.ts";
import { makePrinter } from "../../src/cli/printer.ts";
import { memoryIo } from "./memory-io.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-pager-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("showInPager", () => {
  test("gives the whole text to $PAGER, with its options", () => {
    const file = join(folder, "shown");
    expect(showInPager("one\ntwo\n", { ...process.env, PAGER: `dd of=${file} status=none` }, spawnSync)).toBe(true);
    expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
  });
  test("one that reads nothing has shown it all the same", () => {
    expect(showInPager("x\n".repeat(200_000), { ...process.env, PAGER: "true" }, spawnSync)).toBe(true);
  });
  test.each([
    ["a program that there is not", { PAGER: "no-such-pager" }],
    ["an empty PAGER", { PAGER: "" }],
    ["cat", { PAGER: "cat" }],
    ["a dumb terminal", { PAGER: "true", TERM: "dumb" }],
  ])("%s shows nothing", (_, env) => expect(showInPager("text\n", { PATH: process.env["PATH"], ...env }, spawnSync)).toBe(false));
});

function printed(lines: number, options: { readonly tty: boolean; readonly pager: boolean }): { readonly out: string; readonly paged: string } {
  let paged = "";
  const memory = memoryIo({ tty: options.tty });
  const page = (text: string): boolean => {
    if (options.pager) paged += text;
    return options.pager;
  };
  const io = { ...memory.io, out: { ...memory.io.out, rows: 5 }, page };
  const printer = makePrinter(io, { color: false, redaction: { redact: (text) => text.replaceAll("secret", "***") } });
  printer.pages(Array.from({ length: lines }, () => "a secret \u001b[2J"));
  return { out: memory.out(), paged };
}

describe("pages", () => {
  test("more than the terminal has goes to the pager, redacted and harmless", () => {
    const { out, paged } = printed(5, { tty: true, pager: true });
    expect(out).toBe("");
    expect(paged.split("\n")).toHaveLength(6);
    expect(paged).not.toMatch(/secret|\u001b\[2J/);
  });
  test.each([
    ["what fits", 4, { tty: true, pager: true }],
    ["what goes to a pipe", 50, { tty: false, pager: true }],
    ["where there is no pager", 50, { tty: true, pager: false }],
  ] as const)("%s is written as it is", (_, lines, options) => {
    const { out, paged } = printed(lines, options);
    expect(paged).toBe("");
    expect(out.trimEnd().split("\n")).toHaveLength(lines);
  });
});
