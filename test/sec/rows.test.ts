// Every row of the table of what went wrong elsewhere has a test named after it, and README.md says where; or a reason there.
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const rows = Array.from({ length: 55 }, (_, index) => String(index + 1).padStart(2, "0"));
const tests = globSync("test/**/*.test.ts").filter((file) => file !== "test/sec/rows.test.ts");
const readme = readFileSync("test/sec/README.md", "utf8");
const excused = new Set([...readme.matchAll(/^\| (\d\d) \|[^|]*\|$/gm)].map(([, row = ""]) => row));
const told = new Map([...readme.matchAll(/^\| (\d\d) \|[^|]*\|([^|]*)\|$/gm)].map(([, row = "", files = ""]) => [row, files.trim()] as const));

const named = tests.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/["'` ]sec\/(\d\d)(?= )/g)].map(([, row = ""]) => ({ row, file })));
const isNamed = (row: string): boolean => named.some((one) => one.row === row);

test("every row has a test or a reason, and none has both", () => {
  expect(rows.filter((row) => !isNamed(row) && !excused.has(row))).toEqual([]);
  expect([...excused].filter(isNamed)).toEqual([]);
});

test("README.md says of each where it is, and there it is", () => {
  expect([...told.keys()]).toEqual(rows.filter((row) => !excused.has(row)));
  const listed = [...told].flatMap(([row, files]) => [...files.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => ({ row, file })));
  expect(listed.length).toBeGreaterThanOrEqual(told.size);
  expect(listed.filter(({ row, file }) => !named.some((one) => one.row === row && one.file === file))).toEqual([]);
});

test("no test is named after a row that is not there", () => expect(named.filter(({ row }) => !rows.includes(row))).toEqual([]));
