// A guest's settings as Proxmox writes them, and as they are compared: property strings as maps, with their defaults.
import { given } from "../make.ts";
import { described } from "../proxmox/mark.ts";
import { flag, type Settings, spelled, tagsText, word } from "../proxmox/properties.ts";
import type { Nic, ProxmoxVm, Startup } from "./desired.ts";
import { over, spelling } from "./parts.ts";

/** Config keys and their values as they are sent; drives are apart. */
export function configOf(desired: ProxmoxVm): Record<string, string> {
  const { back } = desired;
  if (back === undefined) return asked(desired);
  return Object.fromEntries(
    Object.entries(back).flatMap(([key, value]) => (value === null ? [] : [[key, key === "sshkeys" ? encodeURIComponent(value) : value]])),
  );
}

/** Config keys that should not be there. */
export function withoutOf({ back = {}, resolvers }: ProxmoxVm): readonly string[] {
  const without = Object.entries(back).flatMap(([key, value]) => (value === null ? [key] : []));
  return resolvers?.length === 0 ? [...without, "nameserver"] : without;
}

function asked(desired: ProxmoxVm): Record<string, string> {
  const { sockets, cpu, balloon, machine, bios, agent, onboot, protection, tags, user, keys, resolvers, search, pci = [] } = desired;
  const all: Record<string, string | undefined> = {
    name: desired.name,
    description: described(desired.name, desired.description),
    cores: word(desired.cores),
    sockets: word(sockets),
    cpu,
    memory: word(desired.memory),
    balloon: word(balloon),
    machine,
    bios,
    agent: agent === undefined ? undefined : `enabled=${Number(agent)}`,
    onboot: flag(onboot),
    startup: desired.startup === undefined ? undefined : spelled(startupOf(desired.startup)),
    boot: desired.boot === undefined ? undefined : `order=${desired.boot.join(";")}`,
    protection: flag(protection),
    tags: tags === undefined ? undefined : tagsText(["hlx", ...tags].join(";")),
    ciuser: user,
    sshkeys: keys === undefined ? undefined : encodeURIComponent(keys.join("\n")),
    ipconfig0: ipOf(desired),
    nameserver: resolvers?.length === 0 ? undefined : resolvers?.join(" "),
    searchdomain: search,
  };
  for (const [index, nic] of (desired.nics ?? []).entries()) all[`net${index}`] = netOf(nic);
  for (const [index, name] of pci.entries()) all[`hostpci${index}`] = `mapping=${name}${pcieOf(machine)}`;
  return given(all);
}

/** Its config keys as they are sent where these settings are there: of a setting with parts, those that nobody speaks of stay. What is put back is put back whole. */
export function configOver(desired: ProxmoxVm, found: Settings): Readonly<Record<string, string>> {
  const config = configOf(desired);
  if (desired.back !== undefined) return config;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, over(key, value, found[key])]));
}

/** The settings as they should be, where these are there. */
export function wantedOf(desired: ProxmoxVm, found: Settings = {}): Settings {
  const config = configOver(desired, found);
  return settingsOf(config, Object.keys(config));
}

/** A config as it is compared: of these keys only, each in its one spelling. */
export function settingsOf(config: Readonly<Record<string, string>>, keys: readonly string[]): Settings {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = config[key] ?? unset[key];
      return value === undefined ? [] : [[key, canonical(key, value)]];
    }),
  );
}

/** What a setting is where the server writes none down. */
const unset: Readonly<Record<string, string>> = { cores: "1", sockets: "1", memory: "512", onboot: "0", protection: "0", agent: "0", bios: "seabios" };

function canonical(key: string, value: string): string {
  switch (key) {
    case "tags":
      return tagsText(value);
    case "description":
      return value.trim();
    case "sshkeys":
      return decoded(value).trim();
    case "nameserver":
      return value.split(/[ ,]+/).join(" ");
    default:
      return spelling(key, value) ?? value;
  }
}

// Only q35 has PCIe; which machine it is nobody says where it is left as it is.
function pcieOf(machine: string | undefined): string {
  return machine === undefined ? "" : `,pcie=${Number(machine.startsWith("q35"))}`;
}

function netOf({ model = "virtio", mac, bridge, vlan }: Nic): string {
  return [`${model}=${mac.toUpperCase()}`, `bridge=${bridge}`, ...(vlan === undefined ? [] : [`tag=${vlan}`])].join(",");
}

function startupOf(startup: Startup): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given(startup)).map(([name, value]) => [name, String(value)]));
}

function ipOf({ address, gateway }: ProxmoxVm): string | undefined {
  if (address === undefined) return undefined;
  return `ip=${address}${gateway === undefined ? "" : `,gw=${gateway}`}`;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
