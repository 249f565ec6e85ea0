// A guest that somebody else made, in the inventory's words: what `vm:` must say so that nothing but the mark would change.
import type { Json, JsonObject } from "../../lib/json.ts";
import type { GuestSaid, GuestThere, Unsaid } from "../../model/proxmox-seen.ts";
import { given } from "../make.ts";
import { bears, withoutMark } from "../proxmox/mark.ts";
import { propertiesOf } from "../proxmox/properties.ts";
import { cardOf } from "./said-card.ts";
import { drivesSaid } from "./said-drives.ts";

type Config = Readonly<Record<string, string>>;

/** What can be said of one thing, and the settings that are said by it. */
export interface Part {
  readonly vm: JsonObject;
  readonly said: readonly string[];
}

/** The guest in words, or why there are none for it. */
export function guestSaid(guest: GuestThere): GuestSaid | Unsaid {
  const { config, pool, ha, address, pending } = guest;
  const drives = drivesSaid(config);
  const unsaid = unsaidOf(guest) ?? ("unsaid" in drives ? drives.unsaid : undefined);
  if (unsaid !== undefined || "unsaid" in drives) return { unsaid: unsaid ?? "" };
  const card = cardOf(config);
  const parts = [sizes(config), drives, firmware(config), passedThrough(config), labels(config)];
  const vm = given({
    ...Object.assign({}, ...parts.map((part) => part.vm)),
    start: startOf(guest),
    pool,
    ha: ha && haSaid(ha),
    adopt: bears(config["description"], config["name"] ?? "") ? undefined : true,
  });
  const user = userOf(config);
  const said = new Set(["name", "onboot", "description", ...("user" in user ? ["ciuser"] : []), ...parts.flatMap((part) => part.said), ...card.said]);
  const kept = Object.keys(config).filter((key) => !said.has(key) && !isUsual(key, config[key]));
  return { ...(address !== undefined && { address }), ...card.words, ...user, vm, kept: [...kept, ...rests(config)], waiting: pending };
}

/** What `vm:` must say of one setting, whose name it is; undefined where nothing need be said. */
export function settingSaid(key: string, config: Config): Json | undefined {
  const said: JsonObject = Object.assign({}, ...[sizes, firmware, labels].map((part) => part(config).vm));
  return said[key];
}

function unsaidOf({ type, config, running, lock }: GuestThere): string | undefined {
  if (type === "lxc") return "it is a container; `containers:` of the role proxmox-cluster, with adopt: true, takes it over";
  if (lock === "clone" || lock === "create") return "it is being made";
  if (!isDnsName(config["name"])) return "it has no name that a host could have";
  return !running && config["onboot"] === "1" ? "it is off, and starts when its node does: start it, or take onboot away" : undefined;
}

function startOf({ running, config }: GuestThere): string | undefined {
  if (!running) return "manual";
  return config["onboot"] === "1" ? "boot" : undefined;
}

function isDnsName(name: string | undefined): name is string {
  return /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/.test(name ?? "");
}

/** What every guest has by itself, and what hlx gives those that it makes. */
const usual: Config = { scsihw: "virtio-scsi-single", serial0: "socket", ostype: "l26", numa: "0" };

function isUsual(key: string, value: string | undefined): boolean {
  return /^(digest|vmgenid|smbios1|meta|lock|template|parent)$/.test(key) || usual[key] === value;
}

function sizes(config: Config): Part {
  const { cores = "1", sockets, balloon } = config;
  const memory = propertiesOf(config["memory"] ?? "512", "current")["current"] ?? "512";
  const vm = given({
    cores: Number(cores),
    sockets: sockets === undefined ? undefined : Number(sockets),
    cpu: config["cpu"] === undefined ? undefined : propertiesOf(config["cpu"], "cputype")["cputype"],
    memory: sizeText(Number(memory)),
    balloon: balloon === undefined ? undefined : balloon === "0" ? false : sizeText(Number(balloon)),
  });
  return { vm, said: ["cores", "sockets", "cpu", "memory", "balloon"] };
}

function sizeText(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}G` : `${mebibytes}M`;
}

function firmware(config: Config): Part {
  const { bios, machine, agent } = config;
  const [, order] = /^order=((?:(?:scsi|virtio|sata|ide|net|hostpci|usb)\d+;?)+)$/.exec(config["boot"] ?? "") ?? [];
  const vm = given({
    bios,
    machine: machine === undefined ? undefined : propertiesOf(machine, "type")["type"],
    agent: agent === undefined ? undefined : propertiesOf(agent, "enabled")["enabled"] === "1",
    boot: order?.split(";"),
    protection: config["protection"] === "1" ? true : undefined,
  });
  return { vm, said: ["bios", "machine", "agent", "protection", ...(order === undefined ? [] : ["boot"])] };
}

// In one row from the first, each a mapping, and spelled as hlx spells it.
function passedThrough(config: Config): Part {
  const express = config["machine"]?.startsWith("q35") === true ? "1" : undefined;
  const names: string[] = [];
  for (let name = mappingOf(config["hostpci0"], express); name !== undefined; name = mappingOf(config[`hostpci${names.length}`], express)) names.push(name);
  return { vm: names.length === 0 ? {} : { pci: names }, said: names.map((_, index) => `hostpci${index}`) };
}

function mappingOf(value: string | undefined, express: string | undefined): string | undefined {
  const { mapping, pcie, ...rest } = propertiesOf(value ?? "", "host");
  return pcie === express && Object.keys(rest).length === 0 ? mapping : undefined;
}

function labels(config: Config): Part {
  const tags = (config["tags"] ?? "").split(/[;, ]+/).filter((tag) => tag !== "");
  const clean = tags.every((tag) => /^[a-z0-9_][a-z0-9_+.-]*$/.test(tag));
  const own = tags.filter((tag) => tag !== "hlx");
  const startup = Object.entries(propertiesOf(config["startup"] ?? "", "order"));
  const counted = startup.every(([name, value]) => /^(order|up|down)$/.test(name) && /^\d+$/.test(value));
  const vm = given({
    tags: clean && own.length > 0 ? own : undefined,
    startup: counted && startup.length > 0 ? Object.fromEntries(startup.map(([name, value]) => [name, Number(value)])) : undefined,
    description: withoutMark(config["name"] ?? "", config["description"]),
  });
  return { vm, said: [...(clean ? ["tags"] : []), ...(counted ? ["startup"] : [])] };
}

function haSaid({ state, restarts, relocates }: NonNullable<GuestThere["ha"]>): Json {
  return state === "started" && restarts === 1 && relocates === 1 ? true : { state, restarts, relocates };
}

function userOf({ ciuser }: Config): Pick<GuestSaid, "user"> {
  return ciuser !== undefined && /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(ciuser) ? { user: ciuser } : {};
}

// Parts of settings that are said, and that are written along when the setting is changed.
function rests(config: Config): readonly string[] {
  const known = { cpu: ["cputype"], machine: ["type"], agent: ["enabled"], memory: ["current"] };
  return Object.entries(known).flatMap(([key, [first = ""]]) => {
    const more = Object.keys(propertiesOf(config[key] ?? "", first)).filter((name) => name !== first);
    return more.map((name) => `${key} ${name}`);
  });
}
