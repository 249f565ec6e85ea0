// Hostile text in every sink: nothing may move the cursor, hide, reorder or forge.
import { describe, expect, test } from "vitest";
import { makePrinter } from "../../src/cli/printer.ts";
import { harmless, jsonText, visible, visibleLines } from "../../src/cli/views/escape.ts";
import { memoryIo } from "./memory-io.ts";

const controls = Array.from({ length: 0x20 }, (_, code) => code).filter((code) => code !== 0x0a);
const c1 = Array.from({ length: 0x21 }, (_, index) => 0x7f + index);
const invisible = [
  0xad,
  0x34f,
  0x61c,
  0x115f,
  0x180e,
  ...range(0x200b, 0x200f),
  ...range(0x2028, 0x202e),
  ...range(0x2060, 0x206f),
  0x3164,
  0xfeff,
  0xfff9,
  0xe0041,
];
const sequences = [
  "\u001b]0;title\u0007",
  "\u001b]52;c;cm0gLXJmIC8=\u0007",
  "\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\",
  "\u001b[2J\u001b[H",
  "\u001b[1A\u001b[2Kok",
  "changed\rok     ",
  "\u009b31m",
  "\u001bP+q544e\u001b\\",
  "\u001b[?1049h",
  "abc\b\b\bxyz",
  "user\u202etxt.exe",
  "\ud800 lone",
  "\u001b[38;5;1mred",
];
const corpus = [...[...controls, ...c1, ...invisible].map((code) => `a${String.fromCodePoint(code)}b`), ...sequences];
const dangerous =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9\u{e0000}-\u{e0fff}]|\u034f|\p{Surrogate}/u;

describe("sec/47 the corpus", () => {
  test.each(corpus.map((text) => [JSON.stringify(text), text] as const))("%s", (_, text) => {
    expect(visible(text)).not.toMatch(dangerous);
    expect(visibleLines(text).join("\n")).not.toMatch(dangerous);
    const { io, out, err } = memoryIo();
    const printer = makePrinter(io, { color: true, redaction: { redact: (it) => it } });
    printer.out([text]);
    printer.err([text]);
    printer.document({ [text]: text });
    printer.record({ text });
    expect(out() + err()).not.toMatch(dangerous);
  });
  test("is dangerous when nothing is done about it", () =>
    expect(corpus.filter((text) => !dangerous.test(text)).map((text) => JSON.stringify(text))).toEqual(['"a\\tb"']));
});

describe("what people read", () => {
  test.each([
    ["a\nb", "a\\nb"],
    ["\u001b[31m", "\\x1b[31m"],
    ["\u202e", "\\u202e"],
    ["\u0085", "\\x85"],
    ["ä → ✔ 漢字", "ä → ✔ 漢字"],
    ["\u{e0041}", "\\udb40\\udc41"],
  ])("%j is shown as %s", (text, shown) => expect(visible(text)).toBe(shown));

  test("colours of views pass the last guard, other sequences do not", () => {
    expect(harmless("\u001b[31mred\u001b[39m \u001b[2J")).toBe("\u001b[31mred\u001b[39m \\x1b[2J");
  });
  test("sec/48 a line feed inside a line makes no second line", () => {
    const { io, out } = memoryIo();
    makePrinter(io, { color: false, redaction: { redact: (it) => it } }).out(["ok\nforged: line"]);
    expect(out()).toBe("ok\\nforged: line\n");
  });
  test("JSON stays the same JSON", () => {
    for (const text of corpus) expect(JSON.parse(jsonText({ text }))).toEqual({ text });
  });
  test("redaction comes last", () => {
    const { io, out } = memoryIo();
    makePrinter(io, { color: false, redaction: { redact: (it) => it.replaceAll("hunter2", "•••") } }).out(["password hunter2"]);
    expect(out()).toBe("password •••\n");
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
