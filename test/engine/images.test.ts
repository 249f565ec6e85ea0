// hlx images, over hosts simulated in memory: who is asked, and what is said of those that are not.
import { describe, expect, test } from "vitest";
import { imagesOf } from "../../src/engine/images.ts";
import type { AnyKind } from "../../src/model/kind.ts";
import { note, noteKind } from "../../src/testing/note.ts";
import { keys, work, world } from "./made-host.ts";

function labWith(vms: Readonly<Record<string, number>>) {
  const made = world(vms, ["a", "b"]);
  made.inside.roles.set("two", () => [note("z", "1")]);
  made.inside.kinds.set("note", { ...noteKind, images: async ({ name }: { readonly name: string }) => [{ image: `${name}:1` }] } as unknown as AnyKind);
  return made;
}

async function images({ inside }: ReturnType<typeof labWith>) {
  const found = await imagesOf(inside.world(), inside.work([...keys, "b/two"], work));
  return { images: found.images.map(({ host, image }) => `${host} ${image}`), unreachable: found.unreachable };
}

const ofB = ["b z:1"];

describe("images", () => {
  test("of every host that answers", async () => expect(await images(labWith({ a: 2 }))).toEqual({ images: ["a x:1", "a y:1", ...ofB], unreachable: [] }));
  test("of a host that is not there yet there are none, and nobody asks it", async () => {
    const made = labWith({});
    expect(await images(made)).toEqual({ images: ofB, unreachable: [] });
    expect(made.inside.events.filter(({ event }) => event === "connected")).toMatchObject([{ host: "b" }]);
  });
  test("of a host that cannot be reached it is said", async () => {
    const made = labWith({ a: 2 });
    made.host.down = true;
    expect(await images(made)).toMatchObject({ images: ofB, unreachable: [{ host: "a", problem: { code: "unreachable" } }] });
  });
  test("of a host that does not answer while its machine is about to change it is said, too", async () => {
    const made = labWith({ a: 1 });
    made.host.down = true;
    expect(await images(made)).toMatchObject({ images: ofB, unreachable: [{ host: "a", problem: { code: "unreachable" } }] });
  });
});
