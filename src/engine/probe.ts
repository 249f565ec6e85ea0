// One probe: a resource's kind asks with the readers that it may use.
import type { AnyKind, Found } from "../model/kind.ts";
import { type Problem, problemOf } from "../model/problem.ts";
import type { Places, Resource } from "../model/resource.ts";
import { readersOf } from "./sessions.ts";
import type { HostSession, World } from "./world.ts";

/** What the resource's kind finds; a probe that throws could not look. What is wrong with a member of the desired state is told with the place where it is written. */
export function probe(resource: Probed, on: On): Promise<Found<unknown>> {
  return asked(resource, on, (kind, readers) => kind.probe(resource.desired, readers));
}

/** What it would find were the resource not there. */
export function probeAnew(resource: Probed, on: On): Promise<Found<unknown>> {
  return asked(resource, on, async (kind, readers) => (await kind.anew?.(resource.desired, readers)) ?? { found: "absent" });
}

type Probed = Pick<Resource, "kind" | "desired" | "places">;

interface On {
  readonly world: Pick<World, "kinds">;
  readonly session: HostSession;
}

type Asking = (kind: AnyKind, readers: ReturnType<typeof readersOf>) => Promise<Found<unknown>>;

async function asked({ kind, places }: Probed, { world, session }: On, ask: Asking): Promise<Found<unknown>> {
  try {
    const known = world.kinds.get(kind);
    return known === undefined ? notProbed : placed(await ask(known, readersOf(session, known.via)), places);
  } catch (thrown) {
    return { found: "unknown", because: problemOf(thrown) };
  }
}

function placed(found: Found<unknown>, places: Places = {}): Found<unknown> {
  const told = <One extends { readonly because: Problem; readonly about?: string }>(one: One): One => {
    const at = one.about === undefined ? undefined : places[one.about];
    return at === undefined ? one : { ...one, because: { at, ...one.because } };
  };
  if (found.found === "unknown") return told(found);
  if (found.found === "blocked" || found.evidence?.lacks === undefined) return found;
  return { ...found, evidence: { ...found.evidence, lacks: found.evidence.lacks.map(told) } };
}

/** For what nobody asked about: hlx is wrong when it is seen. */
export const notProbed: Found<never> = { found: "unknown", because: { code: "internal", message: "was not probed" } };
