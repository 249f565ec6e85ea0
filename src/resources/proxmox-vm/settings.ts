// A guest's settings as Proxmox writes them, and as they are compared: property strings as maps, with their defaults.
import type { Nic, ProxmoxVm } from "./desired.ts";

/** What is compared: one readable text for each setting; what is not there is left out. */
export type Settings = Readonly<Record<string, string>>;

/** The mark of hlx on a guest's description: names are not unique in a cluster, and numbers may be somebody else's. */
export function markOf(name: string): string {
  return `managed by hlx as ${name}`;
}

/** Config keys and their values as they are sent; the first disk and what makes it are apart. */
export function configOf(desired: ProxmoxVm): Record<string, string> {
  const { sockets, cpu, balloon, machine, bios, agent, onboot, protection, tags, user, keys, resolvers, search, pci = [] } = desired;
  const asked: Record<string, string | undefined> = {
    name: desired.name,
    description: descriptionOf(desired),
    cores: word(desired.cores),
    sockets: word(sockets),
    cpu,
    memory: word(desired.memory),
    balloon: word(balloon),
    machine,
    bios,
    agent: agent === undefined ? undefined : `enabled=${Number(agent)}`,
    onboot: flag(onboot),
    protection: flag(protection),
    tags: tags === undefined ? undefined : [...new Set(["hlx", ...tags])].toSorted().join(";"),
    ciuser: user,
    sshkeys: keys === undefined ? undefined : encodeURIComponent(keys.join("\n")),
    ipconfig0: ipOf(desired),
    nameserver: resolvers?.join(" "),
    searchdomain: search,
  };
  for (const [index, nic] of (desired.nics ?? []).entries()) asked[`net${index}`] = netOf(nic);
  for (const [index, name] of pci.entries()) asked[`hostpci${index}`] = `mapping=${name}${machine?.startsWith("q35") === true ? ",pcie=1" : ""}`;
  return Object.fromEntries(Object.entries(asked).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/** A config as it is compared: of these keys only, each in its one spelling. */
export function settingsOf(config: Readonly<Record<string, string>>, keys: readonly string[]): Settings {
  return Object.fromEntries(keys.flatMap((key) => (config[key] === undefined ? [] : [[key, canonical(key, config[key])]])));
}

/** The size of a disk in GiB, of its property string; undefined when it says none. */
export function sizeOf(disk: string | undefined): number | undefined {
  const [, digits, unit = ""] = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT]?)/.exec(disk ?? "") ?? [];
  const factor = { K: 1 / 1024 ** 2, M: 1 / 1024, G: 1, T: 1024, "": 1 / 1024 ** 3 }[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** A property string as a map: `virtio=MAC,bridge=vmbr0` is model and macaddr; a bare first value stands for `first`. */
export function propertiesOf(value: string, first: string): Readonly<Record<string, string>> {
  const pairs = value
    .split(",")
    .filter((part) => part !== "")
    .map((part): readonly [string, string] => (part.includes("=") ? [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)] : [first, part]));
  return Object.fromEntries(pairs);
}

function canonical(key: string, value: string): string {
  if (/^net\d+$/.test(key)) return netText(value);
  switch (key) {
    case "agent":
      return propertiesOf(value, "enabled")["enabled"] === "1" ? "enabled=1" : "enabled=0";
    case "cpu":
      return propertiesOf(value, "cputype")["cputype"] ?? value;
    case "tags":
      return value
        .split(/[;, ]+/)
        .filter((tag) => tag !== "")
        .toSorted()
        .join(";");
    case "description":
      return value.trim();
    case "sshkeys":
      return decoded(value).trim();
    case "nameserver":
      return value.split(/[ ,]+/).join(" ");
    default:
      return /^(ipconfig|hostpci)\d+$/.test(key) ? sorted(propertiesOf(value, "mapping")) : value;
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

function ipOf({ address, gateway }: ProxmoxVm): string | undefined {
  if (address === undefined) return undefined;
  return `ip=${address}${gateway === undefined ? "" : `,gw=${gateway}`}`;
}

function descriptionOf({ name, description }: ProxmoxVm): string {
  return description === undefined ? markOf(name) : `${description.trim()}\n\n${markOf(name)}`;
}

function sorted(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function word(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(Number(value));
}
