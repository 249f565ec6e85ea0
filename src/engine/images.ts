// Which images the chosen hosts run by which tags: what `hlx images` shows.
import type { NamedImage } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { Address } from "../model/resource.ts";
import { type HostLook, silenceOf } from "./look.ts";
import { readersOf } from "./sessions.ts";
import { survey } from "./survey.ts";
import type { Work, World } from "./world.ts";

export interface HostImage extends NamedImage {
  readonly host: string;
  readonly address: Address;
}

/** A host that could not be asked: what runs there is not known. */
export interface SilentHost {
  readonly host: string;
  readonly problem: Problem;
}

export interface Images {
  readonly images: readonly HostImage[];
  readonly unreachable: readonly SilentHost[];
}

/** Of every resource of the chosen hosts whose kind runs images, in their order; a host that is not there yet runs none. Changes nothing. Throws ProblemError for wrong input. */
export async function imagesOf(world: World, work: Work): Promise<Images> {
  const { entries, looks } = await survey(world, work);
  const silent = [...looks.values()].flatMap((look) => (work.hosts.includes(look.host.name) ? silentHost(look) : []));
  const there = new Set(work.hosts.filter((host) => looks.get(host)?.look === "seen"));
  const asked = await Promise.all(entries.filter(({ host }) => there.has(host)).map((entry) => imagesIn(entry, world, work)));
  const failed = asked.flatMap((one) => ("problem" in one ? [one] : []));
  return { images: asked.flatMap((one) => ("problem" in one ? [] : one)), unreachable: [...silent, ...firstOfEach(failed)] };
}

async function imagesIn({ kind: name, desired, host, address }: Entry, world: World, work: Work): Promise<readonly HostImage[] | SilentHost> {
  const [kind, on] = [world.kinds.get(name), work.inventory.hosts.get(host)];
  if (kind?.images === undefined || on === undefined) return [];
  try {
    const images = await kind.images(desired, readersOf(await world.sessions.of(on), kind.via));
    return images.map((image) => ({ host, address, ...image }));
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    return { host, problem: problemOf(thrown) };
  }
}

function silentHost(look: HostLook): readonly SilentHost[] {
  const problem = silenceOf(look);
  return problem === undefined ? [] : [{ host: look.host.name, problem }];
}

function firstOfEach(silent: readonly SilentHost[]): readonly SilentHost[] {
  return silent.filter(({ host }, index) => silent.findIndex((one) => one.host === host) === index);
}
