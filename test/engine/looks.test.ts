// What a role sees of hosts before it declares: whoever cannot be asked is left out, and nobody is met for the first time on the way.
import { expect, test } from "vitest";
import { seenBy } from "../../src/engine/looks.ts";
import type { Work, World } from "../../src/engine/world.ts";
import { ProblemError } from "../../src/model/problem.ts";

const gone = new ProblemError({ code: "unreachable", message: "no route" });

async function seen(host: string, how: { readonly knows?: boolean; readonly fails?: Error } = {}): Promise<readonly [object, readonly string[]]> {
  const asked: string[] = [];
  const check = async ({ script }: { readonly script: string }) => ({ exitStatus: 1, stdout: `said to ${script}`, stderr: "x" });
  const of = async ({ name }: { readonly name: string }) => {
    asked.push(name);
    if (how.fails !== undefined) throw how.fails;
    return { shell: { check } };
  };
  const world = { sessions: { of, knows: async () => how.knows ?? true } } as unknown as World;
  const work = { inventory: { hosts: new Map([["a", { name: "a" }]]) } } as unknown as Work;
  return [await seenBy({ it: { host, script: "look" } }, { world, work }), asked];
}

test.each<readonly [string, string, Parameters<typeof seen>[1], object, readonly string[]]>([
  ["a host that answers", "a", {}, { it: "said to look" }, ["a"]],
  ["a host that cannot be reached", "a", { fails: gone }, {}, ["a"]],
  ["a host whose key nobody knows yet", "a", { knows: false }, {}, []],
  ["a host that is not in the inventory", "b", {}, {}, []],
])("%s", async (_, host, ...[how, ...expected]) => expect(await seen(host, how)).toEqual(expected));

test("a defect is not taken for a host that does not answer", () => expect(seen("a", { fails: new TypeError("x") })).rejects.toThrow("x"));
