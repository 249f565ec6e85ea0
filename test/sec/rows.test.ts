// Every row of the table of what went wrong elsewhere has a test named after it, or a reason in README.md.
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rows = Array.from({ length: 52 }, (_, index) => String(index + 1).padStart(2, "0"));
const tests = globSync("test/**/*.test.ts").filter((file) => file !== "test/sec/rows.test.ts");
const named = new Set(tests.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/["'` ]sec\/(\d\d)(?= )/g)].map(([, row = ""]) => row)));
const excused = new Set([...readFileSync("test/sec/README.md", "utf8").matchAll(/^\| (\d\d) \|/gm)].map(([, row = ""]) => row));

test("every row has a test or a reason, and none has both", () => {
  expect(rows.filter((row) => !named.has(row) && !excused.has(row))).toEqual([]);
  expect([...excused].filter((row) => named.has(row))).toEqual([]);
});

test("no test is named after a row that is not there", () => expect([...named].filter((row) => !rows.includes(row))).toEqual([]));
