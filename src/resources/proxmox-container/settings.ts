// A container's settings as Proxmox writes them, and as they are compared: property strings as maps, with their defaults and aliases.
import { given } from "../make.ts";
import { described } from "../proxmox/mark.ts";
import { flag, propertiesOf, type Settings, spelled, tagsText, word } from "../proxmox/properties.ts";
import type { ContainerNic, ProxmoxContainer } from "./desired.ts";

/** Config keys and their values as they are sent; file systems are apart. */
export function configOf(desired: ProxmoxContainer): Readonly<Record<string, string>> {
  return desired.back ?? asked(desired);
}

function asked(desired: ProxmoxContainer): Readonly<Record<string, string>> {
  const { tags, features, resolvers, search } = desired;
  const all: Record<string, string | undefined> = {
    hostname: desired.name,
    description: described(desired.name, desired.description),
    cores: word(desired.cores),
    memory: word(desired.memory),
    swap: word(desired.swap),
    onboot: flag(desired.onboot),
    protection: flag(desired.protection),
    tags: tags === undefined ? undefined : tagsText(["hlx", ...tags].join(";")),
    features: features === undefined ? undefined : featuresText(features),
    nameserver: resolvers?.join(" "),
    searchdomain: search,
  };
  for (const [index, nic] of (desired.nics ?? []).entries()) all[`net${index}`] = netOf(nic, index);
  return given(all);
}

/** A config as it is compared: of these keys only, each in its one spelling. What is not there is as if it had its default. */
export function settingsOf(config: Readonly<Record<string, string>>, keys: readonly string[]): Settings {
  return Object.fromEntries(
    keys.flatMap((key) => (config[key] === undefined && defaults[key] === undefined ? [] : [[key, canonical(key, config[key] ?? defaults[key] ?? "")]])),
  );
}

/** What Proxmox has where nobody said (pct.conf(5)). */
const defaults: Readonly<Record<string, string>> = { onboot: "0", protection: "0", swap: "512", memory: "512", features: "", nameserver: "" };

function canonical(key: string, value: string): string {
  if (/^net\d+$/.test(key)) return netText(value);
  switch (key) {
    case "features":
      return spelled(Object.fromEntries(Object.entries(propertiesOf(value, "")).filter(([, on]) => on !== "0")));
    case "tags":
      return tagsText(value);
    case "description":
      return value.trim();
    case "nameserver":
      return value.trim().split(/[ ,]+/).join(" ");
    default:
      return value;
  }
}

/** Parts of a network card that are told whole; of all others (firewall, mtu, type) those that nobody speaks of stay. */
const told = ["name", "hwaddr", "bridge", "tag", "ip", "gw"];

function netText(value: string): string {
  const { hwaddr = "", ip = "manual", ...rest } = propertiesOf(value, "name");
  return spelled({ ...rest, ip, hwaddr: hwaddr.toUpperCase() });
}

/** Its config keys as they are sent where these settings are there; what is put back is put back whole. */
export function configOver(desired: ProxmoxContainer, found: Settings): Readonly<Record<string, string>> {
  if (desired.back !== undefined) return desired.back;
  return Object.fromEntries(Object.entries(configOf(desired)).map(([key, value]) => [key, over(key, value, found[key])]));
}

/** The settings as they should be, where these are there. */
export function wantedOf(desired: ProxmoxContainer, found: Settings = {}): Settings {
  const config = configOver(desired, found);
  return settingsOf(config, Object.keys(config));
}

function over(key: string, said: string, found: string | undefined): string {
  if (!/^net\d+$/.test(key) || found === undefined) return said;
  const rest = Object.entries(propertiesOf(found, "name")).filter(([name]) => !told.includes(name));
  return spelled({ ...Object.fromEntries(rest), ...propertiesOf(said, "name") });
}

function netOf({ name, mac, bridge, vlan, address = "manual", gateway }: ContainerNic, index: number): string {
  const all = { name: name ?? `eth${index}`, hwaddr: mac.toUpperCase(), bridge, tag: word(vlan), ip: address, gw: gateway };
  return spelled(given(all));
}

function featuresText(features: NonNullable<ProxmoxContainer["features"]>): string {
  return spelled(Object.fromEntries(Object.entries(features).flatMap(([name, on]) => (on === true ? [[name, "1"]] : []))));
}
