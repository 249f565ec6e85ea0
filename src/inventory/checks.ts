// What must not be given twice, and what must exist: checked over the whole inventory.
import { isRecord, type Json } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Device, Host } from "../model/host.ts";
import type { Position } from "../model/problem.ts";
import { isDamaged, type Reading, report } from "./reading.ts";

interface World {
  readonly reading: Reading;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly devices: ReadonlyMap<string, Device>;
}

/** Reports every address, MAC, guest id, PCI device and name that two things claim, and every node and image that is not there. */
export function checkWhole(world: World): void {
  const { reading } = world;
  for (const claims of groupedClaims(world)) {
    const [first, ...others] = claims;
    if (first === undefined) continue;
    for (const other of others) {
      reading.problems.push({
        code: "input",
        message: `${other.what} is given to "${first.who}" and to "${other.who}"`,
        at: other.at,
        also: [{ at: first.at, note: `"${first.who}" has it here` }],
      });
    }
  }
  for (const host of world.hosts.values()) checkReferences(host, world);
}

interface Claim {
  readonly what: string;
  readonly who: string;
  readonly at: Position;
}

function groupedClaims(world: World): Iterable<readonly Claim[]> {
  const { document } = world.reading;
  const things = [
    ...[...world.hosts.values()].map((host) => ["hosts", host] as const),
    ...[...world.devices.values()].map((device) => ["devices", device] as const),
  ];
  const claims = things.flatMap(([section, { name, addresses, mac }]): readonly Claim[] => [
    { what: `the name "${name}"`, who: name, at: document.at([section, name], "key") },
    ...Object.entries(addresses).map(([network, address]) => ({ what: `the address ${address}`, who: name, at: document.at([section, name, network]) })),
    ...(mac === undefined ? [] : [{ what: `the MAC ${mac.toUpperCase()}`, who: name, at: document.at([section, name, "mac"]) }]),
  ]);
  return Map.groupBy([...claims, ...[...world.hosts.values()].flatMap((host) => guestClaims(host, world))], ({ what }) => what).values();
}

function guestClaims({ name, vars, sources, at }: Host, { reading }: World): readonly Claim[] {
  const vm = vars["vm"];
  if (!isRecord(vm)) return [];
  const place = (key: string) => sources[`vm.${key}`]?.at ?? at ?? reading.document.at(["hosts", name]);
  const pci = Array.isArray(vm["pci"]) ? vm["pci"] : [];
  return [
    ...(vm["id"] === undefined ? [] : [{ what: `the guest id ${String(vm["id"])}`, who: name, at: place("id") }]),
    ...pci.map((device) => ({ what: `the PCI device ${String(device)} of ${String(vm["node"])}`, who: name, at: place("pci") })),
  ];
}

function checkReferences(host: Host, { reading, hosts }: World): void {
  const vm = host.vars["vm"];
  if (!isRecord(vm)) return;
  const at = (key: string) => host.sources[`vm.${key}`]?.at;
  const node = typeof vm["node"] === "string" ? vm["node"] : undefined;
  if (node !== undefined && !hosts.has(node))
    missing(reading, { message: `vm.node of host "${host.name}" is "${node}", which is no host`, at: at("node"), word: node, names: [...hosts.keys()] });
  const images = Object.keys(reading.raw.images ?? {});
  const image = vm["image"];
  if (typeof image === "string" && !images.includes(image) && !isDamaged(reading, "images", image))
    missing(reading, { message: `vm.image of host "${host.name}" is "${image}", which is not under images`, at: at("image"), word: image, names: images });
  if (node !== undefined && !isDamaged(reading, "hosts", node)) checkDevices(host, { vm, devices: devicesOf(hosts.get(node)), reading });
}

function devicesOf(node: Host | undefined): readonly string[] | undefined {
  const proxmox = node?.vars["proxmox"];
  if (node === undefined) return undefined;
  return isRecord(proxmox) && isRecord(proxmox["pci"]) ? Object.keys(proxmox["pci"]) : [];
}

function checkDevices(
  host: Host,
  { vm, devices, reading }: { readonly vm: Record<string, Json | unknown>; readonly devices: readonly string[] | undefined; readonly reading: Reading },
): void {
  if (devices === undefined || !Array.isArray(vm["pci"])) return;
  for (const name of vm["pci"].map(String).filter((each) => !devices.includes(each))) {
    missing(reading, {
      message: `host "${host.name}" wants the PCI device "${name}", which ${String(vm["node"])} does not have under proxmox.pci`,
      at: host.sources["vm.pci"]?.at,
      word: name,
      names: devices,
    });
  }
}

function missing(
  reading: Reading,
  { message, at, word, names }: { readonly message: string; readonly at: Position | undefined; readonly word: string; readonly names: readonly string[] },
): void {
  const hint = didYouMean(word, names) ?? (names.length > 0 ? `there are: ${names.slice(0, 12).join(", ")}` : undefined);
  const problem = { message, ...(hint !== undefined && { hint }) };
  if (at === undefined) report(reading, ["hosts"], problem);
  else reading.problems.push({ code: "input", at, ...problem });
}
