// Looking at one host: connect, gather facts, declare, probe. Two round trips after the handshake.
import type { Facts, PromisedFacts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import { blocked, type Found } from "../model/kind.ts";
import { type Problem, ProblemError } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import type { Assignment } from "../model/role.ts";
import { declare, type Wanted } from "./declare.ts";
import { otherMachine } from "./identity.ts";
import { introduce, introducerOf } from "./introduce.ts";
import { type Looks, makeLooks } from "./looks.ts";
import { type Makers, makersOf } from "./makers.ts";
import { type FromOutside, hostCapability } from "./outside.ts";
import { notProbed, probe } from "./probe.ts";
import type { HostSession, Work, World } from "./world.ts";

/** What one host showed. `found` is aligned with `declared`. */
export type HostLook =
  | {
      readonly look: "seen";
      readonly host: Host;
      readonly facts: Facts;
      readonly declared: readonly LookedAt[];
      readonly held: Wanted["held"];
    }
  | {
      /** Nobody was inside: what is there is planned by the facts that are promised. */
      readonly look: "promised";
      readonly host: Host;
      readonly promised: PromisedFacts;
      readonly declared: readonly LookedAt[];
      readonly held: Wanted["held"];
      readonly inside: Inside;
    }
  | { readonly look: "unreachable"; readonly host: Host; readonly problem: Problem };

/** Why nobody was inside. absent: its maker says that it is not there, or it is to be made anew. untouched: nothing is to be done in it. silent: it is starting, or what makes it is about to change, and it does not answer. */
export type Inside = { readonly is: "absent" } | { readonly is: "untouched" } | { readonly is: "silent"; readonly problem: Problem };

/** Why nobody knows what is on a host that is there; undefined where it is known, or nothing is there. */
export function silenceOf(look: HostLook): Problem | undefined {
  if (look.look === "unreachable") return look.problem;
  return look.look === "promised" && look.inside.is === "silent" ? look.inside.problem : undefined;
}

export interface LookedAt {
  readonly assignment: Assignment;
  readonly resource: Resource;
  readonly found: Found<unknown>;
}

/** What a survey looks with. */
export interface Looking {
  readonly world: World;
  readonly work: Work;
  readonly makers: Makers;
  readonly looks: Looks;
}

export function lookingFor(world: World, work: Work): Looking {
  const makers = makersOf({ world, work });
  return { world, work, makers, looks: makeLooks({ world, work, isAbsent: makers.isAbsent }) };
}

/** Looks at a host. Unreachable is an answer; what the user or a role did wrong is thrown. */
export async function lookAt(host: Host, assignments: readonly Assignment[], looking: Looking): Promise<HostLook> {
  const { world, work, makers } = looking;
  const inside = assignments.filter(({ outside }) => outside !== true);
  if (inside.length === assignments.length) return lookInside(host, inside, looking);
  const outside = assignments.filter((one) => one.outside === true);
  const made = await makers.of(host, outside);
  const asPromised = (why: Inside): Promise<HostLook> => promised(host, inside, { ...looking, made, why });
  if (made.host === "absent") return asPromised({ is: "absent" });
  // With nothing to do in it, and nothing that could be pruned there, nobody need log in.
  if (inside.length === 0 && !(await mayPrune(host.name, { world, work }))) return asPromised({ is: "untouched" });
  const introducer = introducerOf(
    host.name,
    made.declared.flatMap(({ resource, found }) => (found.found === "present" ? [resource] : [])),
    world,
  );
  await introduce(host, introducer && { ...introducer, anew: false }, world);
  const look = await lookInside(host, inside, { ...looking, quiet: made.host === "perhaps" });
  if (look.look === "seen") return { ...look, declared: [...made.declared, ...look.declared], held: new Map([...made.held, ...look.held]) };
  const problem = silenceOf(look);
  return made.host === "perhaps" && problem !== undefined ? asPromised({ is: "silent", problem }) : unknownTo(made, look);
}

// Of a host that does not answer, only its maker could say that it is not there.
function unknownTo({ declared }: FromOutside, look: HostLook): HostLook {
  const unseen = declared.flatMap(({ found }) => (found.found === "unknown" ? [found.because] : []))[0];
  if (look.look !== "unreachable" || unseen === undefined) return look;
  return { ...look, problem: { ...look.problem, message: `${look.problem.message}; what makes it could not be looked at either: ${unseen.message}` } };
}

// What hlx made inside is known here: where it made nothing, there is nothing to take away.
async function mayPrune(host: string, { world, work }: Pick<Looking, "world" | "work">): Promise<boolean> {
  const state = work.prunes === undefined ? undefined : await world.knownState();
  const made = (await state?.made([host])) ?? [];
  return made.some(({ kind }) => world.kinds.get(kind)?.outside === undefined);
}

interface Promised extends Looking {
  readonly made: FromOutside;
  readonly why: Inside;
}

// Nothing connects to it: until the host is made, its address may be somebody else's.
async function promised(host: Host, inside: readonly Assignment[], { made, why, ...looking }: Promised): Promise<HostLook> {
  const { declared, held } = await declare(inside, { ...looking, host, facts: made.facts });
  const found = blocked(hostCapability(host.name), `${host.name} ${why.is === "silent" ? "does not answer yet" : "is not there yet"}`);
  const looked = [...made.declared, ...declared.map((one) => ({ ...one, found }))];
  return { look: "promised", host, promised: made.promised, declared: looked, held: new Map([...made.held, ...held]), inside: why };
}

async function lookInside(
  host: Host,
  assignments: readonly Assignment[],
  { quiet = false, ...looking }: Looking & { readonly quiet?: boolean },
): Promise<HostLook> {
  const { world } = looking;
  const reached = await reach(host, world, quiet ? () => undefined : world.emit);
  if (reached.look === "unreachable") return reached;
  const { session, facts } = reached;
  const other = await otherMachine(host.name, facts, world);
  if (other !== undefined) return unreachable(host, other, world);
  const { declared, held } = await declare(assignments, { ...looking, host, facts });
  const found = await Promise.all(declared.map(({ resource }) => probe(resource, { world, session })));
  world.emit({ event: "probed", host: host.name, resources: declared.length, roundTrips: session.traffic().roundTrips });
  const lost = found.find(isLost);
  if (lost !== undefined) return unreachable(host, lost.because, world);
  return { look: "seen", host, facts, declared: declared.map((one, index) => ({ ...one, found: found[index] ?? notProbed })), held };
}

type Reached = { readonly look: "reached"; readonly session: HostSession; readonly facts: Facts };

/** Connects and gathers facts. */
export async function reach(host: Host, world: World, emit: World["emit"] = world.emit): Promise<Reached | Extract<HostLook, { look: "unreachable" }>> {
  try {
    const session = await world.sessions.of(host);
    world.emit({ event: "connected", host: host.name });
    const facts = await world.facts(session.shell);
    world.emit({ event: "gathered", host: host.name });
    return { look: "reached", session, facts };
  } catch (thrown) {
    if (thrown instanceof ProblemError && thrown.problems[0].code !== "input") return unreachable(host, thrown.problems[0], { emit });
    throw thrown;
  }
}

function unreachable(host: Host, problem: Problem, world: Pick<World, "emit">): Extract<HostLook, { look: "unreachable" }> {
  world.emit({ event: "unreachable", host: host.name, problem });
  return { look: "unreachable", host, problem };
}

function isLost(found: Found<unknown>): found is Extract<Found<unknown>, { found: "unknown" }> {
  return found.found === "unknown" && found.because.code === "unreachable";
}
