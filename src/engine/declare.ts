// Roles run here: params and facts in, resources out; nothing is read or written.
import { same } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import { validateValue } from "../model/documents/validate.ts";
import type { Facts } from "../model/facts.ts";
import type { Host, Inventory } from "../model/host.ts";
import type { AnyKind } from "../model/kind.ts";
import { type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import type { Assignment, InventoryView } from "../model/role.ts";
import type { Work, World } from "./world.ts";

/** A resource with the role call (`as`) that declared it first. */
export interface Declared {
  readonly assignment: Assignment;
  readonly resource: Resource;
}

/** All resources of these role calls on one host, in order; shared ones once. Throws ProblemError with everything that is wrong. */
export async function declare(
  assignments: readonly Assignment[],
  { world, work, host, facts }: { readonly world: World; readonly work: Work; readonly host: Host; readonly facts: Facts },
): Promise<readonly Declared[]> {
  const all: Declared[] = [];
  for (const assignment of assignments) {
    const inputs = await work.inputsOf(host.name, assignment.as);
    const resources = runRole(assignment, { work, host, facts, inputs });
    all.push(...resources.map((resource) => ({ assignment, resource })));
  }
  refuseAll(all.flatMap((declared) => wrongDesired(declared, world.kinds)));
  return shareEqual(all);
}

export function viewOf(inventory: Inventory): InventoryView {
  const { hosts, groups, devices, networks } = inventory;
  const select = (pattern: string): readonly Host[] => inventory.select(pattern).flatMap((name) => hosts.get(name) ?? []);
  return { hosts, groups, devices, networks, select };
}

function runRole(
  assignment: Assignment,
  { work, host, facts, inputs }: { work: Work; host: Host; facts: Facts; inputs: Readonly<Record<string, string>> },
): readonly Resource[] {
  const role = work.roles.get(assignment.role);
  if (role === undefined) throw new ProblemError({ code: "internal", message: `role ${assignment.role} was not loaded` });
  try {
    return role.declare({ params: assignment.params as never, host, facts, inventory: viewOf(work.inventory), inputs });
  } catch (thrown) {
    if (thrown instanceof ProblemError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ProblemError({
      code: "input",
      message: `role ${assignment.as} on ${host.name} failed while declaring: ${message}`,
      cause: thrown,
      ...placed(assignment),
    });
  }
}

function wrongDesired({ assignment, resource }: Declared, kinds: ReadonlyMap<string, AnyKind>): readonly Problem[] {
  const kind = kinds.get(resource.kind);
  const who = `role ${assignment.as} on ${assignment.host}`;
  if (kind === undefined) {
    const hint = didYouMean(resource.kind, kinds.keys());
    return [
      {
        code: "input",
        message: `${who} declares a resource of unknown kind "${resource.kind}"`,
        ...placed(assignment),
        ...(hint === undefined ? {} : { hint }),
      },
    ];
  }
  return validateValue(resource.desired, kind.schema, () => assignment.at, `${who}: ${resource.id}`);
}

// The same thing desired equally by two roles is one resource; desired differently it is an error that names both.
function shareEqual(all: readonly Declared[]): readonly Declared[] {
  const first = new Map<string, Declared>();
  const problems: Problem[] = [];
  for (const declared of all) {
    const known = first.get(declared.resource.id);
    if (known === undefined) first.set(declared.resource.id, declared);
    else if (!same(known.resource.desired, declared.resource.desired)) problems.push(conflict(known, declared));
  }
  refuseAll(problems);
  return [...first.values()];
}

function conflict(one: Declared, other: Declared): Problem {
  const also = one.assignment.at === undefined ? {} : { also: [{ at: one.assignment.at, note: `role ${one.assignment.as} desires it first, here` }] };
  return {
    code: "input",
    message: `${other.resource.id} on ${other.assignment.host} is desired by role ${one.assignment.as} and, differently, by role ${other.assignment.as}`,
    hint: "let one role own it",
    ...placed(other.assignment),
    ...also,
  };
}

function placed({ at }: Assignment): Pick<Problem, "at"> {
  return at === undefined ? {} : { at };
}
