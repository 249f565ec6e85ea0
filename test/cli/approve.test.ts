// Leave to apply: what a yes covers, what must be named, and the limits that no yes lifts.
import { describe, expect, test } from "vitest";
import type { Context } from "../../src/cli/command.ts";
import { approve } from "../../src/cli/run/approve.ts";
import { change, type Risk } from "../../src/model/kind.ts";
import type { Entry, Plan } from "../../src/model/plan.ts";

interface Said {
  readonly yes?: boolean;
  readonly allow?: readonly string[];
  readonly maxReboots?: number;
  readonly restart?: false;
}

function saying({ yes = true, allow = [], maxReboots, restart }: Said): Context {
  const given = {
    flag: (name: string) => name === "yes" && yes,
    texts: (name: string) => (name === "allow" ? allow : []),
    number: (name: string) => (name === "maxReboots" ? maxReboots : undefined),
    choice: (name: string) => (name === "restart" ? restart : undefined),
  };
  return { given, io: { in: { isTTY: false } } } as unknown as Context;
}

function planOf(...risks: readonly Risk[]): Plan {
  const entries = risks.map((risk, index) => {
    const host = `h${index}`;
    return { entry: "exact", address: `${host}/r/note:x`, host, changes: [change("x", { before: 0, after: 1, risk })] } as unknown as Entry;
  });
  return { entries } as unknown as Plan;
}

test.each<readonly [string, Said, Plan, readonly Risk[]]>([
  ["a yes covers what is none, a reload or a restart", {}, planOf("none", "reload", "restart"), []],
  ["a risk that is named goes", { allow: ["reboot"] }, planOf("reboot"), ["reboot"]],
  ["several are named at once", { allow: ["reboot,data-loss"] }, planOf("reboot", "data-loss"), ["reboot", "data-loss"]],
  ["as many reboots as may be", { allow: ["reboot"], maxReboots: 2 }, planOf("reboot", "reboot", "none"), ["reboot"]],
  ["no restart, where nothing restarts", { restart: false }, planOf("none", "reload"), []],
])("%s", async (...[, said, plan, allow]) => expect(await approve(plan, saying(said))).toEqual({ approved: true, allow }));

describe("refused", () => {
  test.each<readonly [string, Said, Plan, string]>([
    ["a risk that nobody named", {}, planOf("reboot"), "h0/r/note:x has risk reboot"],
    ["a higher risk than was named", { allow: ["reboot"] }, planOf("data-loss"), "has risk data-loss"],
    ["a word that is no risk", { allow: ["everything"] }, planOf("none"), "--allow everything: not a risk that can be allowed"],
    ["a risk that needs no leave", { allow: ["restart"] }, planOf("none"), "--allow restart: not a risk that can be allowed"],
    [
      "more reboots than may be, however much was allowed",
      { allow: ["reboot"], maxReboots: 1 },
      planOf("reboot", "reboot"),
      "--max-reboots 1, but this reboots 2 hosts: h0, h1",
    ],
    ["a restart that may not be", { restart: false }, planOf("restart"), "--no-restart, but this restarts: h0/r/note:x"],
  ])("%s", async (...[, said, plan, words]) => expect(approve(plan, saying(said))).rejects.toThrow(words));
});
