// One probe: a resource's kind asks with the readers that it may use.
import type { Found } from "../model/kind.ts";
import { problemOf } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import { readersOf } from "./sessions.ts";
import type { HostSession, World } from "./world.ts";

/** What the resource's kind finds; a probe that throws could not look. */
export async function probe(
  { kind, desired }: Pick<Resource, "kind" | "desired">,
  { world, session }: { readonly world: Pick<World, "kinds">; readonly session: HostSession },
): Promise<Found<unknown>> {
  try {
    const known = world.kinds.get(kind);
    return known === undefined ? notProbed : await known.probe(desired, readersOf(session, known.via));
  } catch (thrown) {
    return { found: "unknown", because: problemOf(thrown) };
  }
}

/** For what nobody asked about: hlx is wrong when it is seen. */
export const notProbed: Found<never> = { found: "unknown", because: { code: "internal", message: "was not probed" } };
