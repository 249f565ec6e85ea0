// A run that asks before each resource: what is refused is skipped, what follows goes on.
import { describe, expect, test } from "vitest";
import { note } from "../../src/testing/note.ts";
import { apply, lab, outcomes } from "./lab.ts";

describe("approve", () => {
  test("is asked for each resource with something to do, in order, before it", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "2"), note("z", "3")] });
    world.hosts.get("a")?.notes.set("y", "2");
    const asked: string[] = [];
    const approve = async ({ address }: { readonly address: string }): Promise<boolean> => {
      asked.push(`${address} after ${world.hosts.get("a")?.log.length ?? 0}`);
      return true;
    };
    await apply(world, ["a/one"], { approve });
    expect(asked).toEqual(["a/one/note:x after 0", "a/one/note:z after 1"]);
  });
  test("no skips the resource, and the others go on", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "2"), note("z", "3")] });
    const result = await apply(world, ["a/one"], { approve: async ({ id }) => id !== "note:y" });
    expect(outcomes(result)).toEqual({ "a/one/note:x": "changed", "a/one/note:y": "skipped", "a/one/note:z": "changed" });
    expect(world.hosts.get("a")?.log).toEqual(["set x=1", "set z=3"]);
  });
  test("what waits for a refused one says what is missing", async () => {
    const world = lab({ one: [note("engine", "on"), note("stack", "up", { needs: "engine" })] });
    const result = await apply(world, ["a/one"], { approve: async ({ id }) => id !== "note:engine" });
    expect(outcomes(result)).toEqual({ "a/one/note:engine": "skipped", "a/one/note:stack": "failed" });
  });
  test("without it, nobody is asked and short steps travel together", async () => {
    const world = lab({ one: [note("x", "1"), note("y", "2")] });
    expect(outcomes(await apply(world, ["a/one"]))).toEqual({ "a/one/note:x": "changed", "a/one/note:y": "changed" });
  });
});
