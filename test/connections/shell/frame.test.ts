// Framing, start lines and results: the pure parts.
import { describe, expect, test } from "vitest";
import { resultsOf } from "../../../src/connections/shell/batch.ts";
import { startLine } from "../../../src/connections/shell/become.ts";
import { Cutter } from "../../../src/connections/shell/frame.ts";
import type { Reply } from "../../../src/connections/shell/remote.ts";

const mark = "0123456789abcdef";

function cutAt(bytes: Buffer, size: number, limit = 1000): { readonly cuts: readonly (readonly [string, string])[]; readonly overflows: number } {
  const cuts: (readonly [string, string])[] = [];
  let overflows = 0;
  const cutter = new Cutter(() => {
    overflows += 1;
  });
  for (const marker of ["\naaaa ", "\nbbbb "]) {
    cutter.expect({ marker: Buffer.from(marker), limit, strict: true, cut: (body, trailer) => cuts.push([body.toString("utf8"), trailer]) });
  }
  for (let at = 0; at < bytes.length; at += size) cutter.push(bytes.subarray(at, at + size));
  return { cuts, overflows };
}

describe("the cutter", () => {
  const stream = Buffer.from("one\n\naaaa 0\ntwo é \naaaa 0\n\n\nbbbb 17\nnoise");
  test.each([1, 2, 3, 5, 7, 8, 13, 1000])("cuts the same in pieces of %d bytes", (size) => {
    expect(cutAt(stream, size)).toEqual({
      cuts: [
        ["one\n", "0"],
        ["two é \naaaa 0\n\n", "17"],
      ],
      overflows: 0,
    });
  });
  test("says when more comes than is accepted", () => {
    expect(cutAt(Buffer.from(`${"x".repeat(50)}\naaaa 0\n`), 10, 40).overflows).toBeGreaterThan(0);
  });
  test("sec/52 an answer's marker cannot be used twice", () => {
    expect(cutAt(Buffer.from("\naaaa 0\n\naaaa 0\n"), 4).cuts.length).toBe(1);
  });
});

describe("the start line", () => {
  test.each(["none", "sudo", "password"] as const)("%s: can be read by any login shell", (way) => {
    const line = startLine(way, { ready: "abc", prompt: "def", sh: "/bin/sh" });
    expect(line).toMatch(/^exec \/bin\/sh -c '[^'\\!\n]*'$/);
  });
});

describe("results", () => {
  const steps = ["a", "b", "c"].map((title) => ({ do: "run", title, script: "", args: [] }) as const);
  const report = (text: string) => Buffer.from(text.replaceAll("@", mark));
  const ended = (text: string, status = 0): Reply => ({ reply: "ended", status, stdout: report(text), stderr: Buffer.alloc(0) });
  const cut = (text: string): Reply => ({ reply: "cut", because: { code: "unreachable", message: "gone" }, culprit: false, partial: report(text) });
  const cases: readonly (readonly [string, Reply, readonly string[]])[] = [
    ["all done", ended("\n@ begun 0\n\n@ 0 0\nout\n\n@ 1 0\n\n@ 2 0\n"), ["done", "done", "done"]],
    ["the second failed", ended("\n@ begun 0\n\n@ 0 0\nwhy\n\n@ 1 4\n"), ["done", "failed", "skipped"]],
    ["taken over", ended("\n@ fence 1\n", 1), ["failed", "failed", "failed"]],
    ["the host could not begin", ended("", 1), ["failed", "skipped", "skipped"]],
    ["its shell was killed in the second", ended("\n@ begun 0\n\n@ 0 0\n", 137), ["done", "unknown", "skipped"]],
    ["cut before anything was heard", cut(""), ["unknown", "unknown", "unknown"]],
    ["cut after the first", cut("\n@ begun 0\n\n@ 0 0\nhalf an out"), ["done", "unknown", "unknown"]],
    ["cut within the second's report", cut("\n@ begun 0\n\n@ 0 0\n\n@ 1 "), ["done", "unknown", "unknown"]],
    ["cut after a failure was heard", cut("\n@ begun 0\n\n@ 0 3\n"), ["failed", "skipped", "skipped"]],
  ];
  test.each(cases)("%s", (_, reply, expected) => {
    expect(resultsOf(steps, reply, mark).map(({ result }) => result)).toEqual(expected);
  });
  test("output is told apart from reports", () => {
    expect(resultsOf(steps.slice(0, 1), ended("\n@ begun 0\n\nffff 0 0\n@\n\n@ 0 0\n"), mark)).toEqual([
      { result: "done", output: "\nffff 0 0\n0123456789abcdef\n" },
    ]);
  });
});
