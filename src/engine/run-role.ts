// One role run for one host: its resources, or what is wrong with it, at the role's own line.
import { isRecord } from "../lib/json.ts";
import { type Position, type Problem, ProblemError } from "../model/problem.ts";
import type { Resource } from "../model/resource.ts";
import type { Assignment, Declaring, Role } from "../model/role.ts";
import { ownPlaceOf } from "../playbook/roles/load-problem.ts";
import { notingWhere } from "../resources/made-at.ts";

export interface RoleRun {
  readonly assignment: Assignment;
  readonly resources: readonly Resource[];
  /** Where the role made the resource of this index: it runs once more to find out. */
  placeOf(index: number): Position | undefined;
}

/** Throws ProblemError when the role throws, or declares something else than a list of resources. */
export function runRole(assignment: Assignment, role: Role, declaring: Declaring<never>): RoleRun {
  const resources = declared(assignment, () => role.declare(declaring));
  let places: readonly (Position | undefined)[] | undefined;
  return {
    assignment,
    resources,
    placeOf: (index) => {
      places ??= placesOf(() => role.declare(declaring));
      return places[index];
    },
  };
}

function placesOf(declare: () => readonly Resource[]): readonly (Position | undefined)[] {
  const { result, madeAt } = notingWhere(declare);
  return result.map((resource) => ownPlaceOf(madeAt(resource)));
}

function declared(assignment: Assignment, declare: () => unknown): readonly Resource[] {
  const resources = tried(assignment, declare);
  if (!Array.isArray(resources)) throw new ProblemError(notResources(assignment, `declared ${nameOf(resources)}, not a list of resources`));
  const wrong = resources.flatMap((item, index) =>
    isResource(item) ? [] : [notResources(assignment, `declared ${nameOf(item)} as item ${index + 1} of its list, not a resource`)],
  );
  const [first, ...more] = wrong;
  if (first !== undefined) throw new ProblemError(first, ...more);
  return resources as readonly Resource[];
}

function tried(assignment: Assignment, declare: () => unknown): unknown {
  try {
    return declare();
  } catch (thrown) {
    const at = ownPlaceOf(thrown);
    const problems = thrown instanceof ProblemError ? thrown.problems : undefined;
    if (problems === undefined) throw new ProblemError(thrownProblem(assignment, thrown, at));
    const told = problems.map((problem) => ({
      ...problem,
      code: "input" as const,
      message: `${who(assignment)}: ${problem.message}`,
      ...placed(assignment, at),
    }));
    throw new ProblemError(...(told as unknown as [Problem, ...Problem[]]));
  }
}

function thrownProblem(assignment: Assignment, thrown: unknown, at: Position | undefined): Problem {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "input", message: `${who(assignment)} failed while declaring: ${said}`, cause: thrown, ...placed(assignment, at) };
}

function notResources(assignment: Assignment, what: string): Problem {
  const hint = "declare() returns a list of what file(…), service(…) and the like make; for a resource that may be left out: ...(wanted ? [file(…)] : [])";
  return { code: "input", message: `${who(assignment)} ${what}`, hint, ...placed(assignment) };
}

/** `role web on web1`. */
export function who({ as, host }: Assignment): string {
  return `role ${as} on ${host}`;
}

/** The role's own line, with the place in the playbook that uses the role; that place alone where there is no line. */
export function placed({ at }: Assignment, own?: Position): Pick<Problem, "at" | "also"> {
  if (own === undefined) return at === undefined ? {} : { at };
  return at === undefined ? { at: own } : { at: own, also: [{ at, note: "the role is used here" }] };
}

function isResource(item: unknown): item is Resource {
  return isRecord(item) && typeof item["kind"] === "string" && typeof item["id"] === "string" && "desired" in item;
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? (isResource(value) ? "one resource" : "a map") : `a ${typeof value}`;
}
