// Plays × hosts: which role goes to which host, with which params.
import { didYouMean } from "../lib/suggest.ts";
import type { Inventory } from "../model/host.ts";
import { type Position, type Problem, ProblemError } from "../model/problem.ts";
import { type Assignment, type Requirement, type Role, viewOf, type Waiting } from "../model/role.ts";
import { checkParams } from "./params.ts";
import type { Play, RoleUse } from "./plays.ts";

export interface Assigning {
  readonly inventory: Inventory;
  readonly roles: ReadonlyMap<string, { readonly role: Role }>;
  /** Something is missing from the plays because it is wrong: what refers to it is no second mistake. */
  readonly incomplete?: boolean;
}

/** A role call with its params as the role gets them. */
export interface Use extends RoleUse {
  readonly hosts: readonly string[];
  readonly order: number;
}

export interface Assigned {
  readonly assignments: readonly Assignment[];
  readonly uses: readonly Use[];
  readonly problems: readonly Problem[];
}

interface Placed {
  readonly play: Play;
  readonly index: number;
  readonly hosts: readonly string[];
}

/** One assignment for each role and host, in playbook order, then inventory order, and everything that is wrong. Roles that are not there are left out. */
export function assign(plays: readonly Play[], assigning: Assigning): Assigned {
  const problems: Problem[] = [];
  const placed = plays.map((play, index) => ({ play, index, hosts: hostsOf(play, { inventory: assigning.inventory, problems }) }));
  problems.push(...(assigning.incomplete === true ? [] : unknownAfter(plays)), ...usedTwice(placed));
  let order = 0;
  const uses: Use[] = [];
  const common = { assigning, problems, uses, waitingFor: waitingPlays(plays) };
  const assignments = placed.flatMap((one) => one.play.uses.flatMap((use) => assignUse(use, { ...one, order: order++, ...common })));
  return { assignments, uses, problems };
}

function hostsOf({ hosts, hostsAt }: Play, { inventory, problems }: { inventory: Inventory; problems: Problem[] }): readonly string[] {
  try {
    return inventory.select(hosts);
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    problems.push(...thrown.problems.map((problem) => ({ ...problem, code: "input" as const, at: hostsAt })));
    return [];
  }
}

function waitingPlays(plays: readonly Play[]): ReadonlyMap<string, readonly number[]> {
  const waits = plays.flatMap(({ after }, index) => after.map(({ role }) => ({ role, index })));
  return new Map([...Map.groupBy(waits, ({ role }) => role)].map(([role, all]) => [role, [...new Set(all.map(({ index }) => index))]]));
}

interface Using extends Placed {
  readonly order: number;
  readonly assigning: Assigning;
  readonly problems: Problem[];
  readonly uses: Use[];
  /** The plays that say `after`, by the role that they wait for. */
  readonly waitingFor: ReadonlyMap<string, readonly number[]>;
}

function assignUse(use: RoleUse, { play, index, hosts, order, assigning, problems, uses, waitingFor }: Using): readonly Assignment[] {
  const role = assigning.roles.get(use.role)?.role;
  if (role === undefined) return [];
  const { params, problems: wrong } = checkParams(use, role);
  problems.push(...wrong);
  uses.push({ ...use, params, hosts, order });
  const { as, independent, checks, at } = use;
  const after = play.after.map(({ role: before, hosts: where }): Waiting => ({ role: before, hosts: where, notInPlays: waitingFor.get(before) ?? [] }));
  const before = (host: string): readonly Waiting[] => [...requiredBy(role, { as, at, params, host }, { ...assigning, problems }), ...after];
  const extra = checks.length === 0 ? {} : { checks };
  const common = { ...whereOf(role), ...extra, role: use.role, as, params, play: index, order, independent, at };
  const tags = [...new Set([...play.tags, ...use.tags])];
  const serial = play.serial === undefined ? {} : { serial: { play: index, slots: slotsOf(play.serial, hosts.length) } };
  return hosts.map((host) => ({ host, ...common, requires: before(host), tags, ...serial }));
}

/** Where the role works when it is not inside of its hosts. */
export function whereOf({ outside, beyond, metal }: Role): Pick<Assignment, "outside" | "beyond" | "metal"> {
  return { ...(outside === undefined ? {} : { outside: true }), ...(beyond === undefined ? {} : { beyond }), ...(metal === undefined ? {} : { metal }) };
}

export interface Asked extends Pick<Assignment, "as" | "params" | "host"> {
  /** Where the role is given to the host. */
  readonly at: Position;
}

/** What the role requires for this host; what is wrong when it is asked goes to `problems`. */
export function requiredBy(
  { requires = [] }: Role,
  { as, at, params, host }: Asked,
  { inventory, problems }: { readonly inventory: Inventory; readonly problems: Problem[] },
): readonly Requirement[] {
  const known = inventory.hosts.get(host);
  if (typeof requires !== "function") return requires;
  if (known === undefined) return [];
  try {
    return requires({ params: params as never, host: known, inventory: viewOf(inventory) });
  } catch (cause) {
    problems.push({ code: "input", message: `role ${as} on ${host}: ${cause instanceof Error ? cause.message : String(cause)}`, at, cause });
    return [];
  }
}

/** A percentage is of the play's hosts, rounded down, at least 1. */
function slotsOf(serial: number | `${number}%`, hosts: number): number {
  return typeof serial === "number" ? serial : Math.max(1, Math.floor((hosts * Number.parseInt(serial, 10)) / 100));
}

function unknownAfter(plays: readonly Play[]): readonly Problem[] {
  const used = new Set(plays.flatMap(({ uses }) => uses.flatMap(({ role, as }) => [role, as])));
  return plays
    .flatMap(({ after }) => after)
    .filter(({ role }) => !used.has(role))
    .map(({ role, at }) => {
      const hint = didYouMean(role, used) ?? `roles of this playbook: ${[...used].sort().join(", ")}`;
      return { code: "input", message: `after: no play has a role "${role}"`, at, hint };
    });
}

function usedTwice(placed: readonly Placed[]): readonly Problem[] {
  const first = new Map<string, Position>();
  return placed.flatMap(({ play, hosts }) => play.uses.flatMap((use) => usedBefore(use, hosts, first)));
}

function usedBefore({ role, as, at }: RoleUse, hosts: readonly string[], first: Map<string, Position>): readonly Problem[] {
  const again = hosts.filter((host) => first.has(`${host}/${as}`));
  for (const host of hosts) if (!first.has(`${host}/${as}`)) first.set(`${host}/${as}`, at);
  const earlier = first.get(`${again[0]}/${as}`);
  if (earlier === undefined) return [];
  const more = again.length > 1 ? ` and ${again.length - 1} more` : "";
  const message = `role ${as} is given to ${again[0]}${more} twice`;
  return [
    { code: "input", message, at, also: [{ at: earlier, note: "it has it from here already" }], hint: `name this use of it: - ${role}: { … }\n  as: other` },
  ];
}
