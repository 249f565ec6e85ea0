// A mapping of PCI devices: one name for a device on each node, which guests may use without being root.
import { type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { DeviceSeen, MappingSeen, ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Problem } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { call, clusterSchema as cluster, word } from "./proxmox/cluster.ts";
import { propertiesOf, spelled } from "./proxmox/properties.ts";
import { mappingOn } from "./proxmox/uses.ts";

const device = {
  type: "object",
  additionalProperties: false,
  required: ["node", "path"],
  properties: {
    node: word,
    path: {
      type: "string",
      pattern: "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(\\.[0-7])?$",
      title: 'a PCI address such as "0000:42:00"; without a function it is all of them',
    },
  },
} as const;
const properties = {
  cluster,
  name: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_-]+$", title: "a name of letters, digits, - and _, at least two" },
  devices: { type: "array", minItems: 1, items: device, description: "The device on each node that has one" },
  description: { type: "string", maxLength: 4096 },
  mdev: { type: "boolean", description: "Shared by several guests (mediated); default false" },
  absent: { const: true },
} as const;
const one = { type: "object", additionalProperties: false, properties } as const;
const schema = {
  anyOf: [
    { ...one, required: ["cluster", "name", "absent"] },
    { ...one, required: ["cluster", "name", "devices"] },
  ],
} as const satisfies JsonSchema;

export interface ProxmoxMapping {
  readonly cluster: ProxmoxCluster;
  readonly name: string;
  readonly devices?: readonly { readonly node: string; readonly path: string }[];
  readonly description?: string;
  readonly mdev?: boolean;
  readonly absent?: true;
}

interface MappingActual {
  /** By node and path: the entry, as a property string. */
  readonly entries: Readonly<Record<string, string>>;
  /** The same of what is desired, as the hardware is. */
  readonly hardware: Readonly<Record<string, string>>;
  readonly description: string;
  readonly mdev: boolean;
}

export const proxmoxMappingKind: Kind<ProxmoxMapping, MappingActual, "proxmox"> = {
  kind: "proxmox.mapping",
  summary: "A mapping of PCI devices of a Proxmox cluster: a device on each node under one name, for guests that a token makes.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: ({ cluster, name }) => ({ cluster, name, absent: true }),
  restore,
};

/** A mapping of PCI devices. It provides a device for guests on each of its nodes. */
export function proxmoxMapping({ provides = [], exclusive, ...desired }: ProxmoxMapping & ResourceOptions): Resource<ProxmoxMapping> {
  const made = desired.absent === true ? [] : (desired.devices ?? []).map(({ node }) => mappingOn(desired.cluster, desired.name, node));
  return resourceOf(proxmoxMappingKind, given(desired) as ProxmoxMapping, { ...given({ exclusive }), provides: [...new Set(made), ...provides] });
}

async function probe(desired: ProxmoxMapping, on: Pick<Readers, "proxmox">): Promise<Found<MappingActual>> {
  const { cluster, name, devices = [] } = desired;
  const seen = await on.proxmox.mapping(cluster, name);
  const nodes = [...new Set(devices.map(({ node }) => node))];
  const there = new Map(await Promise.all(nodes.map(async (node) => [node, await on.proxmox.devices(cluster, node)] as const)));
  const missing = devices.find(({ node, path }) => deviceAt(path, there.get(node)) === undefined);
  if (missing !== undefined) return { found: "unknown", because: noDevice(missing, there.get(missing.node) ?? []) };
  const hardware = Object.fromEntries(devices.map(({ node, path }) => [keyOf(node, path), entryOf(node, path, deviceAt(path, there.get(node)))]));
  if (seen === null) return { found: "absent", evidence: { hardware } };
  return present({ entries: entriesOf(seen), hardware, description: seen.description.trim(), mdev: seen.mdev });
}

// A mapped path without a function stands for all of the card's, and is recognised by its first (PVE::Mapping::PCI).
function deviceAt(path: string, devices: readonly DeviceSeen[] | undefined): DeviceSeen | undefined {
  const whole = wholePath(path);
  return devices?.find((one) => one.path === whole || one.path === `${whole}.0`);
}

function wholePath(path: string): string {
  return (/^[0-9a-fA-F]{4}:/.test(path) ? path : `0000:${path}`).toLowerCase();
}

function keyOf(node: string, path: string): string {
  return `${node} ${wholePath(path)}`;
}

function entryOf(node: string, path: string, seen: DeviceSeen | undefined): string {
  const { id = "", subsystem, iommuGroup = -1 } = seen ?? {};
  const group = iommuGroup < 0 ? {} : { iommugroup: String(iommuGroup) };
  return spelled({ node, path: wholePath(path), id, ...group, ...(subsystem === undefined ? {} : { "subsystem-id": subsystem }) });
}

function entriesOf({ map }: MappingSeen): MappingActual["entries"] {
  const entries = map.map((text) => propertiesOf(text, "id"));
  return Object.fromEntries(entries.map((entry) => [keyOf(entry["node"] ?? "", entry["path"] ?? ""), spelled(entry)]));
}

function noDevice({ node, path }: { readonly node: string; readonly path: string }, devices: readonly DeviceSeen[]): Problem {
  const some = devices.slice(0, 8).map((device) => `${device.path} (${device.id})`);
  return { code: "failed", message: `${node} has no PCI device ${path}`, hint: some.length === 0 ? `on the node: lspci -nn` : `it has ${some.join(", ")}` };
}

function diff(desired: ProxmoxMapping, found: Known<MappingActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true)
    return actual === undefined ? [] : [change("mapping", { before: "present", after: null, note: "guests that use it do not start any more" })];
  const entries = wantedOf(desired, found);
  const differing = Object.entries(entries).filter(([key, entry]) => actual?.entries[key] !== entry);
  const gone = Object.keys(actual?.entries ?? {}).filter((key) => !(key in entries));
  return [
    ...differing.map(([key, entry]) => change(`device ${key}`, { before: actual?.entries[key] ?? null, after: entry, ...noteOf(entry) })),
    ...gone.map((key) => change(`device ${key}`, { before: actual?.entries[key] ?? null, after: null })),
    ...settingChanges(desired, actual),
  ];
}

function settingChanges({ description, mdev }: ProxmoxMapping, actual: MappingActual | undefined): readonly Change[] {
  const texts =
    description !== undefined && description.trim() !== (actual?.description ?? "")
      ? [["description", actual?.description ?? null, description.trim()] as const]
      : [];
  const flags = mdev !== undefined && mdev !== (actual?.mdev ?? false) ? [["mdev", actual?.mdev ?? false, mdev] as const] : [];
  return [...texts, ...flags].map(([property, before, after]) => change(property, { before, after }));
}

// Where nobody has looked at the hardware yet, a device is known by its path only.
function wantedOf({ devices = [] }: ProxmoxMapping, found: Known<MappingActual>): MappingActual["entries"] {
  const hardware = (found.found === "present" ? found.actual.hardware : found.evidence?.["hardware"]) as MappingActual["hardware"] | undefined;
  return Object.fromEntries(devices.map(({ node, path }) => [keyOf(node, path), hardware?.[keyOf(node, path)] ?? entryOf(node, path, undefined)]));
}

function noteOf(entry: string): { readonly note?: string } {
  return entry.includes("iommugroup=") ? {} : { note: "the node's IOMMU is off: a guest that uses it does not start" };
}

function steps(desired: ProxmoxMapping, found: Known<MappingActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  const { cluster, name, description, mdev } = desired;
  const at = `/cluster/mapping/pci/${encodeURIComponent(name)}`;
  if (desired.absent === true) return [call(cluster, { title: "remove it", method: "DELETE", path: at })];
  const body = { map: Object.values(wantedOf(desired, found)), ...given({ description, mdev }) };
  if (found.found === "absent") return [call(cluster, { title: "make it", method: "POST", path: "/cluster/mapping/pci", body: { id: name, ...body } })];
  return [call(cluster, { title: "set its devices", method: "PUT", path: at, body })];
}

function restore({ cluster, name }: ProxmoxMapping, before: Found<MappingActual>): ProxmoxMapping | Irreversible {
  if (before.found === "absent") return { cluster, name, absent: true };
  return { irreversible: `the devices of the mapping ${name} before are not kept` };
}
