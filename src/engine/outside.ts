// Hosts that roles make from outside: looked at through APIs before anything connects, and declared with facts that are only promised.
import { same } from "../lib/json.ts";
import type { Facts, PromisedFacts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import { type Found, highestRisk } from "../model/kind.ts";
import { type Problem, ProblemError } from "../model/problem.ts";
import { addressOf, type Capability, covers } from "../model/resource.ts";
import { type Assignment, viewOf } from "../model/role.ts";
import { matchesAny } from "../plan/target.ts";
import { type Declared, declare, type Wanted } from "./declare.ts";
import type { Looks } from "./looks.ts";
import { notProbed, probe } from "./probe.ts";
import type { Work, World } from "./world.ts";

/** What outside roles make of a host: their resources as they are, and whether there is a host to connect to. */
export interface FromOutside {
  readonly declared: readonly (Declared & { readonly found: Found<unknown> })[];
  readonly held: Wanted["held"];
  readonly promised: PromisedFacts;
  /** The same; every other fact throws ProblemError (input) when a role asks for it. */
  readonly facts: Facts;
  /** "here": connect to it. "absent": it is not there, and its address may be somebody else's. "perhaps": it is starting, or what makes it is about to change, so it may not answer. "unknown": what makes it could not be looked at. */
  readonly host: "here" | "absent" | "perhaps" | "unknown";
}

const namesOfFacts: readonly (keyof Facts)[] = [
  ...(["hostname", "machineId", "boot", "os", "kernel", "machine", "cpus", "memoryMiB"] as const),
  ...(["init", "packageManager", "virtualization", "gpus", "user", "root"] as const),
];

const namesOfOs: readonly (keyof Facts["os"])[] = ["id", "versionId", "codename", "name", "like"];

/** What a host provides that is there: what everything inside it needs. */
export function hostCapability(host: string): Capability {
  return `host:${host}`;
}

/** Declares and probes what makes the host. Throws ProblemError for what a role or the user did wrong. */
export async function lookFromOutside(
  host: Host,
  assignments: readonly Assignment[],
  on: { readonly world: World; readonly work: Work; readonly looks: Looks },
): Promise<FromOutside> {
  const promised = promisedFacts(host, assignments, on.work);
  const facts = factsOf(host.name, promised, hintsOf(assignments, on.work));
  const { declared, held } = await declare(assignments, { ...on, host, facts });
  const session = on.world.sessions.outside(host);
  const found = await Promise.all(declared.map(({ resource }) => probe(resource, { world: on.world, session })));
  const looked = declared.map((one, index) => ({ ...one, found: found[index] ?? notProbed }));
  return { declared: looked, held, promised, facts, host: stateOf(host, looked, on) };
}

/** The facts that are promised; every other one throws ProblemError (input) when a role asks for it. */
export function factsOf(host: string, promised: PromisedFacts, hints: Readonly<Record<string, string>> = {}): Facts {
  const { os, ...others } = promised;
  const inside =
    os === undefined
      ? {}
      : {
          os: promisedOnly(
            { host, hints },
            os,
            namesOfOs.map((name) => [name, `os.${name}`]),
          ),
        };
  return promisedOnly(
    { host, hints },
    { ...others, ...inside },
    namesOfFacts.map((name) => [name, name]),
  ) as unknown as Facts;
}

/** Why the host is not the one that was planned for; undefined when every promise holds. */
export function brokenPromise(host: string, promised: PromisedFacts, facts: Facts): Problem | undefined {
  const { os = {}, ...others } = promised;
  const broken = [...differing("", others, facts), ...differing("os.", os, facts.os)];
  if (broken.length === 0) return undefined;
  return {
    code: "stale",
    message: `${host} is there, but other than it was planned: ${broken.join("; ")}`,
    hint: "plan again: what is to be done inside it follows from what it is",
  };
}

type Values = Readonly<Record<string, unknown>>;

function differing(prefix: string, promised: object, facts: object): readonly string[] {
  const [wanted, are] = [promised as Values, facts as Values];
  const names = Object.keys(wanted).filter((name) => wanted[name] !== undefined && !same(wanted[name], are[name]));
  return names.map((name) => `${prefix}${name} is ${JSON.stringify(are[name])}, not ${JSON.stringify(wanted[name])}`);
}

interface Promiser {
  readonly host: string;
  readonly hints: Readonly<Record<string, string>>;
}

function promisedOnly(promiser: Promiser, promised: object, names: readonly (readonly [string, string])[]): object {
  const facts = Object.create(null) as Record<string, unknown>;
  for (const [name, shown] of names) {
    const value = (promised as Values)[name];
    Object.defineProperty(facts, name, { enumerable: value !== undefined, get: () => value ?? notPromised(promiser, shown) });
  }
  return facts;
}

function hintsOf(assignments: readonly Assignment[], { roles }: Work): Readonly<Record<string, string>> {
  return Object.assign({}, ...assignments.map(({ role }) => roles.get(role)?.outside?.hints ?? {}));
}

function promisedFacts(host: Host, assignments: readonly Assignment[], { roles, inventory, assignments: all }: Work): PromisedFacts {
  const asking = { host, inventory: viewOf(inventory, all) };
  const told = assignments.map(({ role, params }) => roles.get(role)?.outside?.facts({ ...asking, params: params as never }) ?? {});
  return Object.assign({}, ...told);
}

// What is to be made anew is as good as gone: what is inside is planned for the machine that will be there.
function stateOf(host: Host, declared: FromOutside["declared"], { world, work }: { readonly world: World; readonly work: Work }): FromOutside["host"] {
  const anew = work.targets?.replace ?? [];
  const makers = declared.filter(({ resource }) => resource.provides.some((capability) => covers(capability, hostCapability(host.name))));
  const isGone = ({ assignment, resource, found }: (typeof makers)[number]): boolean =>
    found.found === "absent" || matchesAny(addressOf(host.name, assignment.as, resource.id), anew);
  if (makers.some(isGone)) return "absent";
  if (makers.some(({ found }) => found.found === "unknown")) return "unknown";
  return makers.some((one) => mayBeAway(one, world)) ? "perhaps" : "here";
}

function mayBeAway({ resource, found }: FromOutside["declared"][number], { kinds }: World): boolean {
  if (found.found === "blocked") return true;
  if (found.found !== "present") return false;
  if (found.evidence?.away === "starting") return true;
  const changes = kinds.get(resource.kind)?.diff(resource.desired, found, { changing: new Set(), digest: () => undefined }) ?? [];
  return changes.length > 0 && (found.evidence?.away === "off" || highestRisk(changes) !== "none");
}

function notPromised({ host, hints }: Promiser, name: string): never {
  const first = Object.entries(hints).find(([fact]) => fact === name || name.startsWith(`${fact}.`))?.[1];
  throw new ProblemError({
    code: "input",
    message: `a role asks for the fact "${name}" of ${host}, which is not there yet`,
    hint: `${first === undefined ? "" : `${first}; or `}create the host first: hlx apply --limit ${host} --target '${host}/**' with only what makes it, then plan again`,
  });
}
