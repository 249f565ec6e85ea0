// Which images the chosen hosts run by which tags: what `hlx images` shows.
import type { NamedImage } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import { problemOf } from "../model/problem.ts";
import type { Address } from "../model/resource.ts";
import { readersOf } from "./sessions.ts";
import { survey } from "./survey.ts";
import type { Work, World } from "./world.ts";

export interface HostImage extends NamedImage {
  readonly host: string;
  readonly address: Address;
}

/** Of every resource of the chosen hosts whose kind runs images, in their order. Changes nothing. Throws ProblemError for wrong input. */
export async function imagesOf(world: World, work: Work): Promise<readonly HostImage[]> {
  const { entries } = await survey(world, work);
  const chosen = new Set(work.hosts);
  const found = await Promise.all(entries.filter(({ host }) => chosen.has(host)).map((entry) => imagesIn(entry, world, work)));
  return found.flat();
}

async function imagesIn({ kind: name, desired, host, address }: Entry, world: World, work: Work): Promise<readonly HostImage[]> {
  const [kind, on] = [world.kinds.get(name), work.inventory.hosts.get(host)];
  if (kind?.images === undefined || on === undefined) return [];
  try {
    const images = await kind.images(desired, readersOf(await world.sessions.of(on), kind.via));
    return images.map((image) => ({ host, address, ...image }));
  } catch (thrown) {
    world.emit({ event: "unreachable", host, problem: problemOf(thrown) });
    return [];
  }
}
