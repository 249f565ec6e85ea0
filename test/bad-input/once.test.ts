// A role's mistake is the same on all of its hosts: it is told once.
import { expect, test } from "vitest";
import { onceForAll } from "../../src/engine/once.ts";
import type { Problem } from "../../src/model/problem.ts";

const at = { file: "role.ts", line: 5, column: 3 };
const problem = (host: string, what = "failed"): Problem => ({ code: "input", message: `role web on ${host} ${what}`, at });

test("the same on many hosts is one, with how many more", () => {
  const all = ["a", "b", "c"].map((host) => ({ host, problems: [problem(host)] }));
  expect(onceForAll(all).map(({ message }) => message)).toEqual(["role web on a failed (and on 2 more hosts)"]);
});

test("another mistake, or the same at another place, is told beside it", () => {
  const elsewhere = { ...problem("b"), at: { ...at, line: 6 } };
  const all = [
    { host: "a", problems: [problem("a"), problem("a", "threw")] },
    { host: "b", problems: [elsewhere] },
  ];
  expect(onceForAll(all).map(({ message }) => message)).toEqual(["role web on a failed", "role web on a threw", "role web on b failed"]);
});
