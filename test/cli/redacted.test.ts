// What goes out as JSON is JSON whatever a secret looks like, and holds none.
import { describe, expect, test } from "vitest";
import { makePrinter } from "../../src/cli/printer.ts";
import { visible } from "../../src/cli/views/escape.ts";
import { makeRedactor } from "../../src/secrets/redact.ts";
import { memoryIo } from "./memory-io.ts";

function printed(secret: string, write: (printer: ReturnType<typeof makePrinter>) => void): string {
  const redactor = makeRedactor();
  redactor.add(secret);
  const { io, out } = memoryIo();
  write(makePrinter(io, { color: false, redaction: redactor }));
  return out();
}

describe("sec/23 a secret that looks like", () => {
  test.each<readonly [string, string, unknown, unknown]>([
    ["a number", "1234", { size: 1234, ms: 12345, pin: "1234" }, { size: "(sensitive)", ms: 12345, pin: "(sensitive)" }],
    ["a word of JSON", "null", { before: null, after: "null" }, { before: null, after: "(sensitive)" }],
    ["its punctuation", '","x', { a: ["b", "xylo"], c: '","x' }, { a: ["b", "xylo"], c: "(sensitive)" }],
    ["a key", "hunter2", { hunter2: 1 }, { "(sensitive)": 1 }],
    ["an escape", "a\u007fb\u200bc", { a: "-a\u007fb\u200bc-" }, { a: "-(sensitive)-" }],
  ])("%s", (...[, secret, value, expected]) => {
    expect(JSON.parse(printed(secret, (printer) => printer.document(value)))).toEqual(expected);
    expect(JSON.parse(printed(secret, (printer) => printer.record(value)))).toEqual(expected);
  });

  test("something that a terminal must not see, in the spelling that views give it", () => {
    const secret = "pass\u001b[2J\u200bword";
    expect(printed(secret, (printer) => printer.out([`it is ${visible(secret)}`]))).toBe("it is (sensitive)\n");
  });
});
