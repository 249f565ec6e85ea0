// What is compared of an object: its desired fields as they are, in the words of what is desired. Secret values are hashes.
import { sha256 } from "../../lib/hash.ts";
import { same } from "../../lib/json.ts";
import type { KubernetesObject } from "../../model/ports/kubernetes.ts";
import type { K8sObject } from "./desired.ts";
import { objectOf } from "./desired.ts";
import { type Field, fieldsOf, isWithin, withoutServersOwn } from "./fields.ts";

/** By path. A hash where the value is never shown. */
export type Values = Readonly<Record<string, unknown>>;

/** The desired fields, what tells most first: what runs, how often, all else; then labels and annotations, hlx's mark as the last one. */
export function desiredFields(desired: K8sObject): readonly Field[] {
  const rank = ({ path }: Field): number => ranks.findIndex((pattern) => pattern.test(path));
  return fieldsOf(objectOf(desired)).toSorted((one, other) => rank(one) - rank(other));
}

const ranks: readonly RegExp[] = [
  /^spec\.(template\.spec\.|jobTemplate\.spec\.template\.spec\.)?containers\[[^\]]*\]\.image$/,
  /^spec\.(replicas|schedule)$/,
  /^(?!metadata\.)/,
  /^metadata\.(?!annotations\[hlx\.io\/managed-by\]$)/,
  /./,
];

/** Is the value of this field never shown? The data of a Secret, and whatever holds a secret. */
export function isHidden(desired: K8sObject, { path, at }: Pick<Field, "path" | "at">): boolean {
  return path === lastApplied || (isSecret(desired) && /^(data|stringData)\b/.test(path)) || fillAt(desired, at) !== undefined;
}

/** A Secret, whoever wrote what is in it. */
export function isSecret({ apiVersion, kind }: Pick<K8sObject, "apiVersion" | "kind">): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

/** What kubectl notes of the whole manifest, the values of a Secret included. */
const lastApplied = "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]";

export function fillAt({ fill = [] }: K8sObject, at: string) {
  return fill.find((one) => one.at === at);
}

/** The field as it may be written down: `value` is what the API has. */
export function written(desired: K8sObject, field: Field, value: unknown): unknown {
  if (value === undefined || !isHidden(desired, field)) return value;
  const encoded = fillAt(desired, field.at)?.base64 === true && typeof value === "string";
  return sha256(encoded ? Buffer.from(value, "base64").toString("utf8") : String(value));
}

/** What is desired of the field, to compare with: `digest` knows secrets. Undefined while it does not. */
export function wantedOf(desired: K8sObject, field: Field, digest: (text: readonly (string | { readonly secret: string })[]) => string | undefined): unknown {
  const fill = fillAt(desired, field.at);
  return fill === undefined ? written(desired, field, field.value) : digest(fill.value);
}

/**
 * The desired fields as they are there. Where the server says that it would change nothing, that is as desired, however it spells it; without the server's word
 * (`would` undefined) numbers and texts are compared as they stand.
 */
export function valuesOf(desired: K8sObject, live: KubernetesObject, would: KubernetesObject | undefined): Values {
  const [there, then] = [byPath(live), would === undefined ? undefined : byPath(would)];
  const found = desiredFields(desired).filter(({ path }) => there.has(path));
  return Object.fromEntries(found.map((field) => [field.path, comparable(desired, field, { value: there.get(field.path), then })]));
}

interface Compared {
  readonly value: unknown;
  readonly then: ReadonlyMap<string, unknown> | undefined;
}

function comparable(desired: K8sObject, field: Field, { value, then }: Compared): unknown {
  if (isHidden(desired, field)) return written(desired, field, value);
  const settled = then === undefined ? spelled(field, value) === spelled(field, field.value) : same(value, then.get(field.path));
  return settled ? field.value : value;
}

// Amounts in their base unit: 1Gi is 1024Mi, 0.5 is 500m. Elsewhere 1.10 is not 1.1.
function spelled({ path }: Field, value: unknown): string {
  if (!/\b(resources|storage|sizeLimit|capacity|hard)\b/.test(path)) return String(value);
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(m|[kMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  if (amount === undefined) return String(value);
  const power = " kMGTPE".indexOf(unit.replace("i", "").replace("K", "k"));
  return String(unit === "m" ? Number(amount) / 1000 : Number(amount) * (unit.endsWith("i") ? 1024 : 1000) ** Math.max(0, power));
}

/** Fields that are there and would go, because hlx had them applied and does not any more. Secret ones are hashes. */
export function goingOf(desired: K8sObject, live: KubernetesObject, would: KubernetesObject): Values {
  const then = byPath(would);
  const going = fieldsOf(withoutServersOwn(live)).filter(({ path, value }) => !then.has(path) && !isEmpty(value) && !isAbove(path, then));
  return Object.fromEntries(going.map((field) => [field.path, written(desired, field, field.value)]));
}

/** Fields that kubectl apply put there and that no manifest has any more; `former` are the names that the server has for them. */
export function formerOf(desired: K8sObject, live: KubernetesObject, former: readonly string[]): Values {
  const wanted = new Set(desiredFields(desired).map(({ path }) => path));
  const going = fieldsOf(withoutServersOwn(live)).filter((field) => !wanted.has(field.path) && former.some((name) => isWithin(field, name)));
  return Object.fromEntries(going.map((field) => [field.path, written(desired, field, field.value)]));
}

function byPath(object: KubernetesObject): ReadonlyMap<string, unknown> {
  return new Map(fieldsOf(withoutServersOwn(object)).map(({ path, value }) => [path, value]));
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

// A list of words that becomes a list of things has no leaf of its own any more.
function isAbove(path: string, fields: ReadonlyMap<string, unknown>): boolean {
  return [...fields.keys()].some((one) => one.startsWith(`${path}.`) || one.startsWith(`${path}[`));
}
