// What the README says of the soak is what `npm run soak` printed: docs/soak.json is what it wrote.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Figures, figureLines } from "../soak/figures.ts";

const all = JSON.parse(readFileSync("docs/soak.json", "utf8")) as readonly Figures[];

test("the README quotes every run of docs/soak.json, as it was printed", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(all.length).toBeGreaterThan(0);
  for (const figures of all)
    expect(readme).toContain(
      figureLines(figures)
        .map((line) => `    ${line}\n`)
        .join(""),
    );
});

test("a thousand kills and more, and nothing wrong", () => {
  expect(all.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(1000);
  expect(all.flatMap(({ wrong }) => wrong)).toEqual([]);
});
