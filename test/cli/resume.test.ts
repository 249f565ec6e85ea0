// Which run is gone on with: what was done since, or taken back, is not left over.
import { expect, test } from "vitest";
import { toResume } from "../../src/cli/run/to-resume.ts";
import type { RunSummary } from "../../src/model/ports/state.ts";
import { ProblemError } from "../../src/model/problem.ts";

type Said = readonly [words: string, exitCode: number | undefined, undoes?: number];

function runsOf(said: readonly Said[]): readonly RunSummary[] {
  return said.map(([words, exitCode, undoes], index) => {
    const argv = words.split(" ");
    const ended = exitCode === undefined ? {} : { exitCode };
    return { run: index + 1, command: argv[0] ?? "", who: "me", where: "here", at: "", argv, ...ended, ...(undoes === undefined ? {} : { undoes }) };
  });
}

function chosen(said: readonly Said[], named?: string): number | string {
  try {
    return toResume(runsOf(said), named).run;
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const [{ message, hint }] = thrown.problems;
    return `${message} | ${hint}`;
  }
}

const nothing = "nothing to resume: run 1 did not end well, but run 2 did the same since and ended well | hlx resume 1 goes on with it all the same";

test.each<readonly [string, readonly Said[], number | string]>([
  [
    "a run that failed",
    [
      ["apply", 0],
      ["apply", 3],
    ],
    2,
  ],
  ["a run that was killed", [["apply", undefined]], 1],
  ["nothing where all ended well", [["apply", 0]], "every apply so far ended well | hlx history lists the runs"],
  [
    "nothing where the same ended well since",
    [
      ["apply -l web", 3],
      ["apply --yes -l web", 0],
    ],
    nothing,
  ],
  [
    "nothing where all ended well since",
    [
      ["apply -l web -t base", 3],
      ["apply", 0],
    ],
    nothing,
  ],
  [
    "a run, though other hosts ended well since",
    [
      ["apply -l web", 3],
      ["apply -l db", 0],
    ],
    1,
  ],
  [
    "a run, though a part of it ended well since",
    [
      ["apply", 4],
      ["apply -l web", 0],
    ],
    1,
  ],
  [
    "a run, though another playbook ended well since",
    [
      ["apply", 3],
      ["apply -p other.yaml", 0],
    ],
    1,
  ],
  [
    "a run, though the same with other variables ended well since",
    [
      ["apply -e a=1", 3],
      ["apply", 0],
    ],
    1,
  ],
  [
    "a run with what is required elsewhere, though without it all ended well",
    [
      ["apply -w", 3],
      ["apply", 0],
    ],
    1,
  ],
  [
    "the older one where only the newer was done since",
    [
      ["apply -l web", 3],
      ["apply -l db", 3],
      ["apply -l db", 0],
    ],
    1,
  ],
  [
    "the newer one of two",
    [
      ["apply -l web", 3],
      ["apply -l db", 3],
    ],
    2,
  ],
  [
    "nothing where it was taken back",
    [
      ["apply", 3],
      ["rollback 1 --yes", 0, 1],
    ],
    "nothing to resume: run 1 did not end well, but run 2 took it back | hlx resume 1 goes on with it all the same",
  ],
  [
    "a run whose way back failed",
    [
      ["apply", 3],
      ["rollback 1 --yes", 3, 1],
    ],
    1,
  ],
  [
    "a run, whatever an option that is not known any more did since",
    [
      ["apply", 3],
      ["apply --gone", 0],
    ],
    1,
  ],
])("%s", (_, said, expected) => expect(chosen(said)).toBe(expected));

test("one that is named is taken whatever came of it", () => {
  const said: readonly Said[] = [
    ["apply", 3],
    ["apply", 0],
    ["destroy --target x", 3],
  ];
  expect([chosen(said, "1"), chosen(said, "2")]).toEqual([1, 2]);
  expect(chosen(said, "3")).toBe("there is no apply 3 in this inventory's history | hlx history lists the runs");
});
