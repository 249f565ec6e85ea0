// Looking at one host: connect, gather facts, declare, probe. Two round trips after the handshake.
import type { Facts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import type { Found } from "../model/kind.ts";
import { type Problem, ProblemError, problemOf } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import type { Assignment } from "../model/role.ts";
import { declare } from "./declare.ts";
import { otherMachine } from "./identity.ts";
import { readersOf } from "./sessions.ts";
import type { HostSession, Work, World } from "./world.ts";

/** What one host showed. `found` is aligned with `declared`. */
export type HostLook =
  | { readonly look: "seen"; readonly host: Host; readonly facts: Facts; readonly declared: readonly LookedAt[] }
  | { readonly look: "unreachable"; readonly host: Host; readonly problem: Problem };

export interface LookedAt {
  readonly assignment: Assignment;
  readonly resource: Resource;
  readonly found: Found<unknown>;
}

/** Looks at a host. Unreachable is an answer; what the user or a role did wrong is thrown. */
export async function lookAt(
  host: Host,
  assignments: readonly Assignment[],
  { world, work }: { readonly world: World; readonly work: Work },
): Promise<HostLook> {
  const reached = await reach(host, world);
  if (reached.look === "unreachable") return reached;
  const { session, facts } = reached;
  const other = await otherMachine(host.name, facts, world);
  if (other !== undefined) return unreachable(host, other, world);
  const declared = await declare(assignments, { world, work, host, facts });
  const found = await Promise.all(declared.map(({ resource }) => probe(resource, { world, session })));
  world.emit({ event: "probed", host: host.name, resources: declared.length, roundTrips: session.traffic().roundTrips });
  const lost = found.find(isLost);
  if (lost !== undefined) return unreachable(host, lost.because, world);
  return { look: "seen", host, facts, declared: declared.map((one, index) => ({ ...one, found: found[index] ?? notProbed })) };
}

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

type Reached = { readonly look: "reached"; readonly session: HostSession; readonly facts: Facts };

/** Connects and gathers facts. */
export async function reach(host: Host, world: World): Promise<Reached | Extract<HostLook, { look: "unreachable" }>> {
  try {
    const session = await world.sessions.of(host);
    world.emit({ event: "connected", host: host.name });
    const facts = await world.facts(session.shell);
    world.emit({ event: "gathered", host: host.name });
    return { look: "reached", session, facts };
  } catch (thrown) {
    if (thrown instanceof ProblemError && thrown.problems[0].code !== "input") return unreachable(host, thrown.problems[0], world);
    throw thrown;
  }
}

const notProbed: Found<never> = { found: "unknown", because: { code: "internal", message: "was not probed" } };

function unreachable(host: Host, problem: Problem, world: World): Extract<HostLook, { look: "unreachable" }> {
  world.emit({ event: "unreachable", host: host.name, problem });
  return { look: "unreachable", host, problem };
}

function isLost(found: Found<unknown>): found is Extract<Found<unknown>, { found: "unknown" }> {
  return found.found === "unknown" && found.because.code === "unreachable";
}
