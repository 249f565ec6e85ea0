// Settings of a guest that have parts (`virtio=MAC,bridge=vmbr0,firewall=1`): their one spelling, and what stays of them where only some parts are said.
import { propertiesOf, spelled } from "../proxmox/properties.ts";

type Parts = Readonly<Record<string, string>>;

interface Parted {
  /** What a bare first value stands for. */
  readonly first: string;
  /** Written without its name. */
  readonly bare?: true;
  /** Parts that are told whole: one that is not said is not there. */
  readonly told: readonly string[];
}

const parted: readonly (readonly [RegExp, Parted])[] = [
  [/^net\d+$/, { first: "model", told: ["model", "macaddr", "bridge", "tag"] }],
  [/^ipconfig\d+$/, { first: "ip", told: ["ip", "gw"] }],
  [/^hostpci\d+$/, { first: "mapping", told: ["mapping", "host"] }],
  [/^agent$/, { first: "enabled", told: ["enabled"] }],
  [/^cpu$/, { first: "cputype", bare: true, told: ["cputype"] }],
  [/^machine$/, { first: "type", bare: true, told: ["type"] }],
  [/^memory$/, { first: "current", bare: true, told: ["current"] }],
  [/^startup$/, { first: "order", told: [] }],
];

function partedOf(key: string): Parted | undefined {
  return parted.find(([pattern]) => pattern.test(key))?.[1];
}

/** The one spelling of a value with parts; undefined for a setting without. */
export function spelling(key: string, value: string): string | undefined {
  const how = partedOf(key);
  return how === undefined ? undefined : spell(key, partsOf(key, value, how), how);
}

/** What is said of a setting over what is there: parts that nobody speaks of stay. */
export function over(key: string, said: string, found: string | undefined): string {
  const how = partedOf(key);
  if (how === undefined || found === undefined) return said;
  const rest = Object.entries(partsOf(key, found, how)).filter(([name]) => !how.told.includes(name));
  return spell(key, { ...Object.fromEntries(rest), ...partsOf(key, said, how) }, how);
}

function partsOf(key: string, value: string, { first }: Parted): Parts {
  const parts = propertiesOf(value, first);
  if (key.startsWith("net")) return cardOf(parts);
  if (key === "agent") return { ...parts, enabled: parts["enabled"] === "1" ? "1" : "0" };
  // As if it were not there.
  const { pcie, ...rest } = parts;
  return pcie === undefined || pcie === "0" ? rest : parts;
}

// `virtio=MAC` is a model and a MAC: whatever has a MAC is the model.
function cardOf(parts: Parts): Parts {
  const [named] = Object.entries(parts).find(([name, value]) => name !== "macaddr" && /^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/.test(value)) ?? [];
  if (named === undefined) return { ...parts, macaddr: (parts["macaddr"] ?? "").toUpperCase() };
  const { [named]: mac = "", ...rest } = parts;
  return { ...rest, model: named, macaddr: mac.toUpperCase() };
}

function spell(key: string, parts: Parts, { first, bare }: Parted): string {
  if (key.startsWith("net")) return cardText(parts);
  const { [first]: value, ...rest } = parts;
  return bare === true && value !== undefined ? joined(value, spelled(rest)) : spelled(parts);
}

function cardText({ model = "", macaddr = "", bridge = "none", tag, ...rest }: Parts): string {
  return joined(`${model}=${macaddr}`, `bridge=${bridge}`, tag === undefined ? "" : `tag=${tag}`, spelled(rest));
}

function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join(",");
}
