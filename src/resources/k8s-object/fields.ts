// An object's fields by readable paths, lists of things by their keys: `spec.template.spec.containers[web].image`.
import { isRecord } from "../../lib/json.ts";

export interface Field {
  /** `metadata.labels[app.kubernetes.io/name]`: unique within its object. */
  readonly path: string;
  /** The JSON pointer into the object that it came from. */
  readonly at: string;
  /** As the API server names it in conflicts: `.spec.template.spec.containers[name="web"].image`. */
  readonly server: string;
  readonly value: unknown;
}

/**
 * What tells the items of a list apart, by the list's name: the keys by which server-side apply merges the lists of the API's own kinds
 * (x-kubernetes-list-map-keys). Lists of other names are told apart by position.
 */
const keys: ReadonlyMap<string, readonly (readonly string[])[]> = new Map(
  Object.entries({
    containers: [["name"]],
    initContainers: [["name"]],
    ephemeralContainers: [["name"]],
    volumes: [["name"]],
    env: [["name"]],
    imagePullSecrets: [["name"]],
    volumeMounts: [["mountPath"]],
    volumeDevices: [["devicePath"]],
    hostAliases: [["ip"]],
    topologySpreadConstraints: [["topologyKey", "whenUnsatisfiable"]],
    ports: [
      ["containerPort", "protocol"],
      ["port", "protocol"],
    ],
    webhooks: [["name"]],
    volumeClaimTemplates: [["metadata"]],
  }),
);

const said: readonly string[] = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** Every leaf, without what the name says already. Empty maps and lists are leaves. */
export function fieldsOf(object: unknown): readonly Field[] {
  return leaves(object, { path: "", at: "", server: "", list: "" }).filter(({ path }) => !said.includes(path));
}

/** Without what the server itself writes there. */
export function withoutServersOwn(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { status: _, metadata, ...rest } = object;
  const meta = isRecord(metadata) ? Object.entries(metadata).filter(([name]) => !serversOwn.has(name)) : [];
  return { ...rest, metadata: Object.fromEntries(meta) };
}

const serversOwn: ReadonlySet<string> = new Set([
  ...(["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"] as const),
]);

interface Place extends Omit<Field, "value"> {
  /** The name of the field that a list stands in. */
  readonly list: string;
}

function leaves(value: unknown, place: Place): readonly Field[] {
  if (Array.isArray(value) && value.length > 0 && value.some(isRecord))
    return value.flatMap((item: unknown, index) => leaves(item, itemPlace(item, index, place)));
  if (!isRecord(value) || Object.keys(value).length === 0) return [{ path: place.path, at: place.at, server: place.server, value }];
  return Object.entries(value).flatMap(([name, member]) => leaves(member, fieldPlace(name, place)));
}

function fieldPlace(name: string, { path, at, server }: Place): Place {
  const plain = /^[A-Za-z_$][\w$-]*$/.test(name);
  const joined = plain ? (path === "" ? name : `${path}.${name}`) : `${path}[${name}]`;
  return { path: joined, at: `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, server: `${server}.${name}`, list: name };
}

function itemPlace(item: unknown, index: number, { path, at, server, list }: Place): Place {
  const key = keyOf(item, list);
  const named = key?.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",");
  return { path: `${path}[${key === undefined ? index : inWords(key)}]`, at: `${at}/${index}`, server: `${server}[${named ?? index}]`, list: "" };
}

type Key = readonly (readonly [string, unknown])[];

function keyOf(item: unknown, list: string): Key | undefined {
  if (!isRecord(item)) return undefined;
  const names = keys.get(list)?.find(([first = ""]) => item[first] !== undefined);
  return names?.map((name) => [name, item[name] ?? (name === "protocol" ? "TCP" : null)]);
}

// The usual protocol is left out, and a claim's template has its name one level below.
function inWords(key: Key): string {
  const words = key.filter(([name, value]) => !(name === "protocol" && value === "TCP")).map(([, value]) => String(isRecord(value) ? value["name"] : value));
  return words.join("/");
}

/** True when the server's name of a field stands for this one, or for all that is in it. */
export function isWithin(field: Pick<Field, "server">, name: string): boolean {
  return field.server === name || field.server.startsWith(`${name}.`) || field.server.startsWith(`${name}[`);
}
