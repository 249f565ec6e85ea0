// Which fields of an object differ, and what the change costs.
import { same } from "../../lib/json.ts";
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import { type K8sObject, objectOf } from "./desired.ts";
import type { Field } from "./fields.ts";
import { goneWith } from "./gone.ts";
import { claimsGo } from "./owners.ts";
import type { K8sActual } from "./probe.ts";
import { desiredFields, isHidden, wantedOf } from "./values.ts";

export function diff(desired: K8sObject, found: Known<K8sActual>, ahead: Ahead): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [gone(desired, found)];
  const fields = desiredFields(desired);
  if (found.found === "absent") return [...fields.map((field) => valueChange(desired, field, undefined)), ...(waits(desired) ? [ready("none")] : [])];
  const { actual } = found;
  const differing = fields
    .filter(({ path }) => !actual.yielded.includes(path))
    .filter((field) => !same(actual.values[field.path] ?? null, wantedOf(desired, field, (text) => ahead.digest(text)) ?? null))
    .map((field) => valueChange(desired, field, actual));
  const going = Object.keys(actual.going).map((path) => goingChange(desired, path, actual));
  const changes = noted([...differing, ...going, ...replacing(desired, actual, differing.length)], found);
  return actual.ready || !waits(desired) ? changes : [...changes, ready("none", String(found.evidence?.["waiting"] ?? "it is not ready yet"))];
}

/** Is it there only once it is ready? */
export function waits({ wait = true }: K8sObject): boolean {
  return wait;
}

function ready(risk: Risk, note?: string): Change {
  return change("ready", { before: false, after: true, risk, ...(note === undefined ? {} : { note }) });
}

const sensitive = { hidden: "sensitive" } as const;

function valueChange(desired: K8sObject, field: Field, actual: K8sActual | undefined): Change {
  const { path, value } = field;
  const hidden = isHidden(desired, field);
  const before = actual?.values[path];
  const owner = actual?.taken[path];
  const text = typeof value === "string" && value.includes("\n");
  return {
    property: path,
    before: hidden && before !== undefined ? sensitive : { value: before ?? null },
    after: hidden ? sensitive : { value },
    risk: replaceRisk(desired, actual) ?? shrinkRisk(desired, field, actual),
    view: text && !hidden ? "text" : "value",
    ...(owner === undefined ? {} : { note: `taken over from ${owner}` }),
  };
}

function goingChange(desired: K8sObject, path: string, actual: K8sActual): Change {
  const hidden = isHidden(desired, { path, at: "" });
  const risk = replaceRisk(desired, actual) ?? "none";
  return { property: path, before: hidden ? sensitive : { value: actual.going[path] }, after: { value: null }, risk, view: "value" };
}

// With fewer replicas go the claims of those that go, where it says so now or then.
function shrinkRisk(desired: K8sObject, { path, value }: Field, actual: K8sActual | undefined): Risk {
  const before = actual?.values[path];
  const shrinks = path === "spec.replicas" && typeof before === "number" && typeof value === "number" && value < before;
  return shrinks && (actual?.claimsShrink === true || claimsGo(objectOf(desired), "whenScaled")) ? "data-loss" : "none";
}

// What the server refuses may be spelled in another way than what is there.
function replacing(desired: K8sObject, actual: K8sActual, differing: number): readonly Change[] {
  const risk = replaceRisk(desired, actual);
  const [field = "spec"] = actual.immutable ?? [];
  return risk === undefined || differing > 0 ? [] : [change(field, { before: "as it is", after: "as desired", risk })];
}

/** The price of another object in the place of this one; undefined where it can be changed. */
function replaceRisk(desired: K8sObject, actual: K8sActual | undefined): Risk | undefined {
  if (actual?.immutable === undefined) return undefined;
  return goneWith(desired, actual).risk === "data-loss" ? "data-loss" : "replace";
}

function noted(changes: readonly Change[], { actual, evidence }: Extract<Known<K8sActual>, { found: "present" }>): readonly Change[] {
  const [first, ...rest] = changes;
  const why = evidence?.["because"] === undefined ? "" : `: ${String(evidence["because"])}`;
  if (first === undefined) return [];
  if (actual.immutable !== undefined) return [{ ...first, note: `cannot be changed, so that it is removed and made anew${why}` }, ...rest];
  return actual.approximate === true ? [{ ...first, note: `approximate, without the server's word${why}` }, ...rest] : changes;
}

function gone(desired: K8sObject, { actual }: Extract<Known<K8sActual>, { found: "present" }>): Change {
  const { risk, note } = goneWith(desired, actual);
  return change("object", { before: "present", after: "absent", risk, ...(note === undefined ? {} : { note }) });
}
