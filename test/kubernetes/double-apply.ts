// Server-side apply over sets of field paths: who owns which field, what conflicts, what goes when it is no longer applied.
import type { Cause } from "./double-replies.ts";
import type { Body } from "./json.ts";

export interface Stored {
  readonly object: Body;
  /** Field paths by manager. */
  readonly owned: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One step of a path: a field, or an item of a list by its key. */
type Step = { readonly field: string } | { readonly item: string; readonly of: readonly string[] };
interface Leaf {
  readonly path: readonly Step[];
  readonly value: unknown;
}

/** The keys by which lists are merged, by the name of the field; other lists are one value. */
const keys: Readonly<Record<string, readonly (readonly string[])[]>> = {
  containers: [["name"]],
  initContainers: [["name"]],
  volumes: [["name"]],
  env: [["name"]],
  volumeMounts: [["mountPath"]],
  ports: [
    ["containerPort", "protocol"],
    ["port", "protocol"],
  ],
};

/** The stored object after the apply, or what stands in its way. Throws nothing, keeps nothing. */
export function applied(
  before: Stored | undefined,
  wanted: Body,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): { readonly stored: Stored } | { readonly conflicts: readonly Cause[] } {
  const leaves = leavesOf(wanted).filter(({ path }) => !isIdentity(textOf(path)));
  const owned = new Map([...(before?.owned ?? new Map<string, ReadonlySet<string>>())].map(([name, paths]) => [name, new Set(paths)]));
  const conflicts = leaves.flatMap(({ path, value }) => conflictAt(before, owned, { path: textOf(path), steps: path, value, manager }));
  if (conflicts.length > 0 && !force) return { conflicts };
  const object: Body = structuredClone(before?.object ?? { apiVersion: wanted["apiVersion"], kind: wanted["kind"], metadata: identityOf(wanted) });
  const now = new Set(leaves.map(({ path }) => textOf(path)));
  const others = [...owned].filter(([name]) => name !== manager);
  for (const path of owned.get(manager) ?? []) if (!now.has(path) && !others.some(([, paths]) => paths.has(path))) drop(object, path);
  for (const { path, value } of leaves) put(object, path, value);
  for (const { field } of conflicts) for (const [, paths] of others) paths.delete(field);
  owned.set(manager, now);
  object["metadata"].managedFields = managedFields(owned);
  return { stored: { object, owned } };
}

function conflictAt(
  before: Stored | undefined,
  owned: ReadonlyMap<string, ReadonlySet<string>>,
  at: { path: string; steps: readonly Step[]; value: unknown; manager: string },
): readonly Cause[] {
  if (before === undefined) return [];
  const has = valueAt(before.object, at.steps);
  if (JSON.stringify(has) === JSON.stringify(at.value)) return [];
  const owner = [...owned].find(([name, paths]) => name !== at.manager && paths.has(at.path));
  return owner === undefined ? [] : [{ field: at.path, message: `conflict with "${owner[0]}"` }];
}

function identityOf({ metadata: { name, namespace } }: Body): Body {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

function isIdentity(path: string): boolean {
  return [".apiVersion", ".kind", ".metadata.name", ".metadata.namespace", ".metadata.uid"].includes(path);
}

function leavesOf(value: unknown, path: readonly Step[] = []): readonly Leaf[] {
  const last = path.at(-1);
  if (Array.isArray(value) && last !== undefined && "field" in last) {
    const of = keys[last.field]?.find(
      (names) => value.length > 0 && value.every((one) => one !== null && typeof one === "object" && names[0] !== undefined && names[0] in one),
    );
    if (of !== undefined) return value.flatMap((one: Body) => leavesOf(one, [...path, { item: keyOf(one, of), of }]));
  }
  if (value === null || typeof value !== "object" || Array.isArray(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([field, member]) => leavesOf(member, [...path, { field }]));
}

function keyOf(item: Body, of: readonly string[]): string {
  return of.map((name) => `${name}=${JSON.stringify(item[name] ?? (name === "protocol" ? "TCP" : null))}`).join(",");
}

const spelled = new Map<string, readonly Step[]>();

function textOf(path: readonly Step[]): string {
  const text = path.map((step) => ("field" in step ? `.${step.field}` : `[${step.item}]`)).join("");
  spelled.set(text, path);
  return text;
}

/** The managers as an object shows them. */
export function managedFields(owned: Stored["owned"]): readonly Body[] {
  return [...owned]
    .filter(([, paths]) => paths.size > 0)
    .map(([manager, paths]) => ({
      manager,
      operation: /^(kubectl|before-first-apply)/.test(manager) ? "Update" : "Apply",
      fieldsType: "FieldsV1",
      fieldsV1: [...paths].reduce<Body>((all, path) => withPath(all, spelled.get(path) ?? []), {}),
    }));
}

/** The managers that such a list says. */
export function ownersIn(fields: readonly Body[]): Stored["owned"] {
  return new Map(fields.map(({ manager, fieldsV1 }) => [manager, new Set(pathsIn(fieldsV1, []))]));
}

function withPath(fields: Body, [first, ...rest]: readonly Step[]): Body {
  if (first === undefined) return fields;
  const name =
    "field" in first
      ? `f:${first.field}`
      : `k:{${first.item
          .split(",")
          .map((part) => part.replace(/^(\w+)=/, '"$1":'))
          .join(",")}}`;
  return { ...fields, [name]: withPath(fields[name] ?? {}, rest) };
}

function pathsIn(fields: Body, path: readonly Step[]): readonly string[] {
  const inside = Object.entries(fields);
  if (inside.length === 0) return [textOf(path)];
  return inside.flatMap(([name, member]) => pathsIn(member, [...path, name.startsWith("f:") ? { field: name.slice(2) } : itemOf(JSON.parse(name.slice(2)))]));
}

function itemOf(key: Body): Step {
  return {
    item: Object.entries(key)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(","),
    of: Object.keys(key),
  };
}

function next(inside: unknown, step: Step): unknown {
  if ("field" in step) return (inside as Body | undefined)?.[step.field];
  return Array.isArray(inside) ? inside.find((one) => keyOf(one, step.of) === step.item) : undefined;
}

function valueAt(object: Body, path: readonly Step[]): unknown {
  return path.reduce<unknown>((inside, step) => next(inside, step), object);
}

function put(object: Body, path: readonly Step[], value: unknown): void {
  let inside: Body = object;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    const following = path[index + 1];
    if ("field" in step) {
      if (isLast) inside[step.field] = structuredClone(value);
      else inside[step.field] ??= following !== undefined && "item" in following ? [] : {};
    } else if (next(inside, step) === undefined)
      inside.push(
        Object.fromEntries(
          step.of.map((name) => [name, JSON.parse((step.item.split(",").find((one) => one.startsWith(`${name}=`)) ?? "=null").slice(name.length + 1))]),
        ),
      );
    inside = next(inside, step) as Body;
  }
}

// Where the path ends, its field goes; an item of a list goes with its key.
function drop(object: Body, path: string): void {
  const leaf = leavesOf(object).find((one) => textOf(one.path) === path);
  if (leaf === undefined) return;
  const parent = valueAt(object, leaf.path.slice(0, -1));
  const last = leaf.path.at(-1);
  if (last === undefined || !("field" in last)) return;
  const holder = leaf.path.at(-2);
  if (holder !== undefined && "item" in holder && holder.of.includes(last.field)) {
    const list = valueAt(object, leaf.path.slice(0, -2)) as Body[];
    list.splice(list.indexOf(parent as Body), 1);
    return;
  }
  delete (parent as Body)[last.field];
}
