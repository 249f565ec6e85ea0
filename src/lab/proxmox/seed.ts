// What a double holds before a rehearsal: the hardware, storages and bridges that an inventory takes for granted.
import { isRecord } from "../../lib/json.ts";
import { gibibytesOf, mebibytesOf } from "../../lib/size.ts";
import type { Host, Inventory } from "../../model/host.ts";
import type { Double } from "./double.ts";

export interface Seed {
  readonly inventory: Inventory;
  readonly nodes: readonly Host[];
  /** Nothing but the machines: templates, pools and mappings are made by the playbook. Otherwise those that guests name are there. */
  readonly bare: boolean;
}

type Settings = Readonly<Record<string, unknown>>;

/** Makes a fresh double the cluster of these nodes, with as much room as their guests ask for. */
export function seed(double: Double, { inventory, nodes, bare }: Seed): void {
  const guests = guestsOf(nodes, inventory).map(({ vars }) => settingsOf(vars["vm"]));
  const images = [...(inventory.images?.values() ?? [])].map(settingsOf);
  const storages = textsOf("storage", [...guests, ...guests.flatMap(disksOf), ...images]);
  for (const storage of storages) {
    double.held.storages.set(storage, { content: ["images", "rootdir", "import"] });
    double.linked.add(storage);
  }
  const places = [...inventory.networks.values()] as unknown as readonly Settings[];
  for (const bridge of textsOf("bridge", [...places, ...guests])) double.bridges.add(bridge);
  for (const { url, sha512, sha256 } of images) double.held.web.set(String(url), String(sha512 ?? sha256).toLowerCase());
  for (const node of nodes) double.held.devices.set(node.name, Object.values(pciOf(node)).map(deviceRow));
  double.room = roomFor(guests, storages);
  if (!bare) seedMade(double, { inventory, nodes, guests });
}

function textsOf(name: string, all: readonly Settings[]): ReadonlySet<string> {
  return new Set(all.flatMap(({ [name]: value }) => (typeof value === "string" ? [value] : [])));
}

/** The hosts that are guests of these nodes. */
export function guestsOf(nodes: readonly Host[], { hosts }: Pick<Inventory, "hosts">): readonly Host[] {
  const names = new Set(nodes.map(({ name }) => name));
  return [...hosts.values()].filter(({ vars }) => names.has(String(settingsOf(vars["vm"])["node"])));
}

function seedMade(double: Double, { inventory, nodes, guests }: Omit<Seed, "bare"> & { readonly guests: readonly Settings[] }): void {
  for (const pool of textsOf("pool", guests)) double.pools.add(pool);
  const names = new Set(nodes.map(({ name }) => name));
  for (const [name, image] of inventory.images ?? []) {
    const user = guests.find((guest) => guest["image"] === name);
    const node = String(settingsOf(image)["node"] ?? user?.["node"]);
    if (user !== undefined && names.has(node)) seedTemplate(double, { name, image: settingsOf(image), node, storage: user["storage"] });
  }
  for (const { node, name, path } of nodes.flatMap((one) => Object.entries(pciOf(one)).map(([device, at]) => ({ node: one.name, name: device, path: at })))) {
    const { map = [] } = double.held.mappings.get(name) ?? {};
    double.held.mappings.set(name, { map: [...map, `id=10de:2684,node=${node},path=${fullAddress(path)}`] });
  }
}

interface SeedTemplate {
  readonly name: string;
  readonly image: Settings;
  readonly node: string;
  /** Where the image names none. */
  readonly storage: unknown;
}

// On the node that the inventory names for it, else where the first guest is that is made from it.
function seedTemplate(double: Double, { name, image: { template, storage: own }, node, storage }: SeedTemplate): void {
  if (typeof template !== "number") return;
  const disk = `${String(own ?? storage)}:base-${template}-disk-0,size=2G`;
  const config = { name: name.replaceAll("_", "-"), template: "1", scsi0: disk, boot: "order=scsi0", agent: "1" };
  double.guests.set(template, { node, config, running: false, pending: {} });
}

function roomFor(guests: readonly Settings[], storages: ReadonlySet<string>): Double["room"] {
  const sum = (of: (guest: Settings) => number): number => guests.reduce((total, guest) => total + of(guest), 0);
  const gib = 1000 + 2 * sum((guest) => [guest, ...disksOf(guest)].reduce((total, { disk, size }) => total + gibibytesOf(String(disk ?? size ?? "0G")), 0));
  return {
    cores: 2 * sum((guest) => Number(guest["cores"] ?? 1)) + 8,
    memory: 2 * sum((guest) => mebibytesOf(String(guest["memory"] ?? "1G"))) + 8192,
    storages: Object.fromEntries([...storages].map((name) => [name, { type: "lvmthin", gib, free: gib }])),
  };
}

function disksOf(guest: Settings): readonly Settings[] {
  return Object.values(settingsOf(guest["disks"])).filter(isRecord);
}

function pciOf({ vars }: Host): Readonly<Record<string, string>> {
  const pci = settingsOf(settingsOf(vars["proxmox"])["pci"]);
  return Object.fromEntries(Object.entries(pci).map(([name, path]) => [name, String(path)]));
}

function deviceRow(path: string, index: number): Settings {
  return { id: fullAddress(path), class: "0x030000", vendor: "0x10de", device: "0x2684", iommugroup: index };
}

function fullAddress(path: string): string {
  const [, domain = "0000:", bus = "", part = ".0"] = /^([0-9a-f]{4}:)?([0-9a-f]{2}:[0-9a-f]{2})(\.[0-7])?$/i.exec(path) ?? [];
  return `${domain}${bus}${part}`.toLowerCase();
}

function settingsOf(value: unknown): Settings {
  return isRecord(value) ? value : {};
}
