// What a network and a volume of the engine share: nothing of them can be changed, they are made anew.
import { same } from "../../lib/json.ts";
import { type Change, change, type Known, type Risk } from "../../model/kind.ts";
import type { Api } from "../../model/step.ts";

/** What making it anew costs, and what the plan says of it. */
export interface Cost {
  readonly risk: Risk;
  readonly note?: string;
}

interface Differing {
  readonly gone: boolean;
  readonly removal: Cost;
  readonly renewal: Cost;
}

/** `exists`, and each property of `wanted` that is not as found. */
export function diffAnew<Actual extends object>(wanted: object, found: Known<Actual>, { gone, removal, renewal }: Differing): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (gone) return actual === undefined ? [] : [change("exists", { before: true, after: false, ...removal })];
  const made = actual === undefined ? [change("exists", { before: false, after: true })] : [];
  const before = (key: string): unknown => actual?.[key as keyof Actual] ?? null;
  const cost = actual === undefined ? {} : renewal;
  const differing = Object.entries(wanted).filter(([key, value]) => !same(before(key), value));
  return [...made, ...differing.map(([key, value]) => change(key, { before: before(key), after: value, ...cost }))];
}

interface Making {
  readonly name: string;
  readonly body: object;
  readonly gone: boolean;
}

/** Removed where it is there, and made unless it should be gone. */
export function stepsAnew(what: "network" | "volume", { name, body, gone }: Making, found: Known<object>): readonly Api[] {
  const remove: Api = { do: "api", title: `remove ${what} ${name}`, via: "docker", method: "DELETE", path: `/${what}s/${name}` };
  const make: Api = { do: "api", title: `make ${what} ${name}`, via: "docker", method: "POST", path: `/${what}s/create`, body };
  if (gone) return [remove];
  return found.found === "present" ? [remove, make] : [make];
}
