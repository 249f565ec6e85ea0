// A guest's settings as Proxmox writes them, and as they are compared: property strings as maps, with their defaults.
import { described } from "../proxmox/mark.ts";
import { flag, propertiesOf, type Settings, spelled, tagsText, word } from "../proxmox/properties.ts";
import type { Nic, ProxmoxVm, Startup } from "./desired.ts";

/** Config keys and their values as they are sent; drives are apart. */
export function configOf(desired: ProxmoxVm): Record<string, string> {
  const { back } = desired;
  if (back === undefined) return asked(desired);
  return Object.fromEntries(
    Object.entries(back).flatMap(([key, value]) => (value === null ? [] : [[key, key === "sshkeys" ? encodeURIComponent(value) : value]])),
  );
}

/** Config keys that should not be there. */
export function withoutOf({ back = {} }: ProxmoxVm): readonly string[] {
  return Object.entries(back).flatMap(([key, value]) => (value === null ? [key] : []));
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
    nameserver: resolvers?.join(" "),
    searchdomain: search,
  };
  for (const [index, nic] of (desired.nics ?? []).entries()) all[`net${index}`] = netOf(nic);
  for (const [index, name] of pci.entries()) all[`hostpci${index}`] = `mapping=${name}${machine?.startsWith("q35") === true ? ",pcie=1" : ""}`;
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
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

/** The value as it is sent for a setting that is there: what nobody desires of it stays. */
export function keeping(key: string, value: string, found: string | undefined): string {
  const rest = found === undefined ? {} : restOf(key, found);
  return [value, ...Object.entries(rest).map(([name, one]) => `${name}=${one}`)].join(",");
}

/** What of a property string nobody desires, but would be lost if it were written without. */
export function restOf(key: string, found: string): Readonly<Record<string, string>> {
  if (!/^(agent|net\d+)$/.test(key)) return {};
  const known = key === "agent" ? ["enabled"] : ["model", "macaddr", "bridge", "tag", ...models];
  return Object.fromEntries(Object.entries(propertiesOf(found, key === "agent" ? "enabled" : "model")).filter(([name]) => !known.includes(name)));
}

function canonical(key: string, value: string): string {
  if (/^net\d+$/.test(key)) return netText(value);
  switch (key) {
    case "agent":
      return propertiesOf(value, "enabled")["enabled"] === "1" ? "enabled=1" : "enabled=0";
    case "cpu":
      return propertiesOf(value, "cputype")["cputype"] ?? value;
    case "tags":
      return tagsText(value);
    case "description":
      return value.trim();
    case "sshkeys":
      return decoded(value).trim();
    case "startup":
      return spelled(propertiesOf(value, "order"));
    case "memory":
      return propertiesOf(value, "current")["current"] ?? value;
    case "machine":
      return propertiesOf(value, "type")["type"] ?? value;
    case "nameserver":
      return value.split(/[ ,]+/).join(" ");
    default:
      return /^(ipconfig|hostpci)\d+$/.test(key) ? spelled(propertiesOf(value, "mapping")) : value;
  }
}

const models = ["virtio", "e1000", "vmxnet3", "rtl8139"];

function netText(value: string): string {
  const { model: named, macaddr, bridge, tag, ...rest } = propertiesOf(value, "model");
  const model = named ?? models.find((one) => one in rest) ?? "";
  const mac = (macaddr ?? rest[model] ?? "").toUpperCase();
  return [`${model}=${mac}`, `bridge=${bridge ?? "none"}`, ...(tag === undefined ? [] : [`tag=${tag}`])].join(",");
}

function netOf({ model = "virtio", mac, bridge, vlan }: Nic): string {
  return [`${model}=${mac.toUpperCase()}`, `bridge=${bridge}`, ...(vlan === undefined ? [] : [`tag=${vlan}`])].join(",");
}

function startupOf(startup: Startup): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(startup).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
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
