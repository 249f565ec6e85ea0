// Hosts: their variables from every layer, and how each is logged in to.
import { parseIp } from "../lib/ip.ts";
import { isRecord, type Json } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Group, Host, Login, Sourced } from "../model/host.ts";
import type { LiveHost } from "../model/live.ts";
import { isSecretRef } from "../model/text.ts";
import { addressesOf, type Planned } from "./addresses.ts";
import { interpolate } from "./interpolate.ts";
import { type Layer, mergeLayers } from "./layers.ts";
import { isOnlyLive } from "./live-reading.ts";
import { unreachable } from "./reach.ts";
import { isDamaged, type RawMap, type Reading, report } from "./reading.ts";
import { hostOnlyNames, settingNames } from "./schema.ts";

export interface HostWorld {
  readonly reading: Reading;
  readonly networks: ReadonlyMap<string, Planned>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly depths: ReadonlyMap<string, number>;
  /** Extra variables, the strongest layer. */
  readonly overrides: ReadonlyMap<string, Json>;
}

/** Every host of the file, in its order. What is wrong is reported. */
export function resolveHosts(world: HostWorld): ReadonlyMap<string, Host> {
  const { reading, networks } = world;
  const names = Object.keys(reading.raw.hosts);
  const addresses = new Map(names.map((name) => [name, addressesOf(name, reading.raw.hosts[name] ?? {}, { reading, networks, section: "hosts" })]));
  return new Map(names.map((name) => [name, hostOf(name, addresses, world)]));
}

/** The MAC of a guest without one: Proxmox's prefix BC:24:11, then the lower 24 bits of the guest's id, so that it is the same everywhere and for ever. */
export function derivedMac(id: number): string {
  const digits = (id % 0x1000000).toString(16).toUpperCase().padStart(6, "0");
  return `BC:24:11:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

/** The aliases that a host or device has; none is nothing. */
export function aliasesIn({ aliases }: RawMap): { readonly aliases?: readonly string[] } {
  return Array.isArray(aliases) && aliases.length > 0 ? { aliases: aliases.map(String) } : {};
}

type Addresses = ReadonlyMap<string, Readonly<Record<string, string>>>;

function hostOf(name: string, addresses: Addresses, world: HostWorld): Host {
  const groups = [...world.groups.values()].filter(({ hosts }) => hosts.includes(name)).map((group) => group.name);
  const merged = mergeLayers(withDerived(layersOf(name, groups, world)));
  const free = new Set(Object.keys(merged.vars).filter((key) => !known.has(key) && !world.overrides.has(key)));
  const filled = interpolate(merged.vars, free, (key) => merged.sources[key]?.at);
  world.reading.problems.push(...filled.problems);
  const { vars } = filled;
  const sources: Record<string, Sourced> = Object.assign(Object.create(null), merged.sources);
  for (const [key, value] of Object.entries(vars)) if (sources[key] !== undefined) sources[key] = { ...sources[key], value };
  return {
    name,
    login: loginOf(name, vars, { addresses, world, sources }),
    groups: groups.toSorted(),
    addresses: addresses.get(name) ?? {},
    ...(typeof vars["mac"] === "string" && { mac: vars["mac"] }),
    ...aliasesIn(vars),
    vars,
    sources,
    at: world.reading.document.at(["hosts", name], "key"),
    ...(isOnlyLive(name, world.reading) && { live: true as const }),
  };
}

const known: ReadonlySet<string> = new Set([...settingNames, ...hostOnlyNames]);

function layersOf(name: string, groups: readonly string[], { reading, depths, overrides }: HostWorld): readonly Layer[] {
  const byStrength = groups.toSorted((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0) || (a < b ? 1 : -1));
  const inGroups = byStrength.map((group) => layerOf(`group ${group}`, reading.raw.groups?.[group], { reading, path: ["groups", group] }));
  const layers: readonly Layer[] = [
    { name: "-e", vars: Object.assign(Object.create(null), Object.fromEntries(overrides)) },
    layerOf("host", reading.raw.hosts[name], { reading, path: ["hosts", name] }),
    ...inGroups,
    ...sourceOf(reading.live?.hosts.get(name)),
    layerOf("defaults", reading.raw.defaults, { reading, path: ["defaults"] }),
  ];
  return isRecord(reading.raw.hosts[name]?.["vm"]) ? layers : layers.map(withoutGuest);
}

// Stronger than what is meant for whoever says nothing, weaker than everything that the file says of it.
function sourceOf(live: LiveHost | undefined): readonly Layer[] {
  if (live === undefined) return [];
  const { layer: name, at, address, user } = live;
  return [{ name, vars: { ...(address !== undefined && { address }), ...(user !== undefined && { user }) }, at: () => at }];
}

// A host is a guest by its own `vm:`; what groups and defaults say of guests makes none of it.
function withoutGuest(layer: Layer): Layer {
  const { vm: _, ...vars } = layer.vars;
  return { ...layer, vars };
}

function layerOf(name: string, raw: unknown, { reading, path }: { readonly reading: Reading; readonly path: readonly string[] }): Layer {
  const map: RawMap = isRecord(raw) ? (raw as RawMap) : {};
  const free = isRecord(map["vars"]) ? (map["vars"] as RawMap) : {};
  const vars: Record<string, Json> = Object.assign(Object.create(null), free);
  for (const [key, value] of Object.entries(map)) if (known.has(key) && key !== "vars") vars[key] = value;
  checkFree(Object.keys(free), reading, [...path, "vars"]);
  return { name, vars, at: ([first = "", ...rest]) => reading.document.at([...path, ...(Object.hasOwn(free, first) ? ["vars"] : []), first, ...rest]) };
}

function checkFree(names: readonly string[], reading: Reading, path: readonly string[]): void {
  for (const name of names.filter((each) => known.has(each)))
    report(reading, [...path, name], { message: `"${name}" is a setting, not a free variable`, hint: "write it beside vars, not under it" });
}

function withDerived(layers: readonly Layer[]): readonly Layer[] {
  const { vars } = mergeLayers(layers);
  const id = isRecord(vars["vm"]) ? vars["vm"]["id"] : undefined;
  if (vars["mac"] !== undefined || typeof id !== "number") return layers;
  return [...layers, { name: "derived from vm.id", vars: { mac: derivedMac(id) } }];
}

interface LoginWorld {
  readonly addresses: Addresses;
  readonly world: HostWorld;
  readonly sources: Readonly<Record<string, Sourced>>;
}

function loginOf(name: string, vars: Readonly<Record<string, Json>>, from: LoginWorld): Login {
  const { port, user, key, jump, password, becomePassword, connection, become } = vars;
  return {
    connection: typeof connection === "string" ? connection : "ssh",
    address: addressToConnect(name, vars, from),
    ...(typeof port === "number" && { port }),
    ...(typeof user === "string" && { user }),
    ...(typeof key === "string" && { keyFile: key }),
    ...(typeof jump === "string" && { jump }),
    ...(isSecretRef(password) && { password }),
    ...(isSecretRef(becomePassword) && { becomePassword }),
    become: become !== false,
    ...(isBecomeWith(become) && { becomeWith: become }),
  };
}

function isBecomeWith(become: Json | undefined): become is NonNullable<Login["becomeWith"]> {
  return become === "sudo" || become === "su" || become === "doas";
}

// `connect:`, else the first network the host names, else `address`, else its name.
function addressToConnect(name: string, { connect, address }: Readonly<Record<string, Json>>, from: LoginWorld): string {
  const own = from.addresses.get(name) ?? {};
  if (typeof connect !== "string") return Object.values(own)[0] ?? plainAddress(name, address, from);
  const [host = "", network = ""] = splitReference(connect);
  const found = own[connect] ?? from.addresses.get(host)?.[network] ?? (parseIp(connect) === undefined ? undefined : connect);
  if (found !== undefined) return found;
  const at = from.sources["connect"]?.at;
  const hint = didYouMean(connect, Object.keys(own)) ?? `its networks: ${Object.keys(own).join(", ") || "none"}`;
  const message = `host "${name}" connects over "${connect}", where it has no address`;
  if (!isNoNews(name, [host, network], from)) from.world.reading.problems.push({ code: "input", message, hint, ...(at && { at }) });
  return name;
}

// The host, the one it refers to, or the network is wrong already: the address may be there once that is mended.
function isNoNews(name: string, [other, network]: readonly [string, string], { world: { reading } }: LoginWorld): boolean {
  return isDamaged(reading, "hosts", name) || isDamaged(reading, "hosts", other) || isDamaged(reading, "networks", network);
}

function plainAddress(name: string, address: Json | undefined, { world: { reading }, sources }: LoginWorld): string {
  if (typeof address !== "string") return name;
  const { wrong, hint } = unreachable(address) ?? {};
  const at = sources["address"]?.at;
  if (wrong !== undefined && hint !== undefined)
    reading.problems.push({ code: "input", message: `address of host "${name}": ${wrong}`, hint, ...(at && { at }) });
  return address;
}

/** `asuna.tailnet` as host and network: what follows the last dot is the network. */
export function splitReference(text: string): readonly [string, string] {
  const dot = text.lastIndexOf(".");
  return [text.slice(0, Math.max(0, dot)), text.slice(dot + 1)];
}
