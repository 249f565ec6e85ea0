// /etc/network/interfaces as text: what it says of an interface, and the same text with other words for some of them.
import { parseIp } from "../../lib/ip.ts";
import { type Block, type Family, families, type Interface, known } from "./desired.ts";

/** A part of the file: who it is about, and its lines as they are. */
type Part =
  | { readonly part: "iface"; readonly name: string; readonly family: Family; readonly method: string; readonly lines: readonly string[] }
  | { readonly part: "auto"; readonly word: string; readonly names: readonly string[]; readonly lines: readonly string[] }
  | { readonly part: "source" | "other"; readonly lines: readonly string[] };

type Iface = Extract<Part, { part: "iface" }>;

/** What the file says of one interface: the options that hlx knows, spelled as it spells them. */
export interface Said {
  readonly auto: boolean;
  readonly inet: Block | null;
  readonly inet6: Block | null;
}

/** Null where the file has no word of it. */
export function saidOf(text: string, name: string): Said | null {
  const parts = partsOf(text);
  const own = ifacesOf(parts, name);
  const auto = parts.some((part) => part.part === "auto" && part.word === "auto" && part.names.includes(name));
  if (own.length === 0 && !auto) return null;
  const blockOf = (family: Family): Block | null => {
    const [first, ...more] = own.filter((one) => one.family === family);
    return first === undefined ? null : { method: first.method, options: optionsOf([first, ...more].flatMap(({ lines }) => lines.slice(1))) };
  };
  return { auto, inet: blockOf("inet"), inet6: blockOf("inet6") };
}

/** True where the file has Open vSwitch make it (its options begin with `ovs_`). */
export function isOpenVswitch(text: string, name: string): boolean {
  return ifacesOf(partsOf(text), name).some(({ lines }) => lines.some((line) => keyOf(line).startsWith("ovs-")));
}

/** Every interface that the file has a block for. */
export function namesIn(text: string): readonly string[] {
  return [...new Set(partsOf(text).flatMap((part) => (part.part === "iface" ? [part.name] : [])))];
}

/** The text with these interfaces as they should be. Comments, options that hlx has no word for, and all others stay. */
export function edited(text: string, interfaces: Readonly<Record<string, Interface | null>>): string {
  const parts = Object.entries(interfaces).reduce<readonly Part[]>(
    (all, [name, wanted]) => (wanted === null ? without(all, name) : withInterface(all, name, wanted)),
    partsOf(text),
  );
  const lines = parts.flatMap((part) => part.lines);
  return `${lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

// A line that ends with a backslash goes on in the next one.
function logicalLines(text: string): readonly string[] {
  return text.replaceAll("\r\n", "\n").split(/(?<!\\)\n/);
}

const begins = /^\s*(iface|auto|allow-\S+|source|source-directory|mapping|template|vlan|no-auto-down|no-scripts|rename)\s+(.*)$/s;

function partsOf(text: string): readonly Part[] {
  const parts: { readonly head: RegExpExecArray | null; readonly lines: string[] }[] = [{ head: null, lines: [] }];
  for (const line of logicalLines(text.trimEnd())) {
    const head = begins.exec(line);
    if (head === null) parts.at(-1)?.lines.push(line);
    else parts.push({ head, lines: [line] });
  }
  return parts.filter(({ lines }) => lines.length > 0).flatMap(({ head, lines }) => partOf(head, lines));
}

function partOf(head: RegExpExecArray | null, lines: readonly string[]): readonly Part[] {
  const [, word = "", rest = ""] = head ?? [];
  const words = wordsOf(rest);
  if (word === "iface") return ifaceWith(words, lines);
  if (word === "auto" || word.startsWith("allow-")) return [{ part: "auto", word, names: words, lines: lines.slice(0, 1) }, ...otherwise(lines.slice(1))];
  return [{ part: word.startsWith("source") ? "source" : "other", lines }];
}

// What stands behind a blank line is a remark on what follows.
function ifaceWith([name = "", family, method]: readonly string[], lines: readonly string[]): readonly Part[] {
  const last = lines.findLastIndex((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const blank = lines.findIndex((line, index) => index > last && line.trim() === "");
  const end = blank < 0 ? lines.length : blank;
  const own = lines.slice(0, end);
  const usual = own.some((line) => /^\s*address\s/.test(line)) ? "static" : "manual";
  return [{ part: "iface", name, family: family === "inet6" ? "inet6" : "inet", method: method ?? usual, lines: own }, ...otherwise(lines.slice(end))];
}

function otherwise(lines: readonly string[]): readonly Part[] {
  return lines.length === 0 ? [] : [{ part: "other", lines }];
}

function wordsOf(text: string): readonly string[] {
  return text
    .replaceAll("\\\n", " ")
    .split(/\s+/)
    .filter((word) => word !== "");
}

function ifacesOf(parts: readonly Part[], name: string): readonly Iface[] {
  return parts.filter((part): part is Iface => part.part === "iface" && part.name === name);
}

/** ifupdown's older spellings: `bridge_ports`, `slaves`, `bond_mode`. */
function keyOf(line: string): string {
  const [word = ""] = wordsOf(line);
  if (word === "slaves") return "bond-slaves";
  return word.replaceAll("_", "-");
}

/** Beside those that are compared: what says the same in more words, and goes with them. */
const older: readonly string[] = ["netmask", "network", "broadcast"];

function isKnown(line: string): boolean {
  return ([...known, ...older] as readonly string[]).includes(keyOf(line));
}

function optionsOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const options = new Map<string, string>();
  for (const line of lines.filter(isKnown)) {
    const [key, value] = [keyOf(line), wordsOf(line).slice(1).join(" ")];
    const before = options.get(key);
    options.set(key, spelled(key, before === undefined ? value : `${before} ${value}`));
  }
  const [address, netmask] = [options.get("address"), options.get("netmask")];
  if (address !== undefined && netmask !== undefined && !address.includes("/")) options.set("address", `${address}/${bitsOf(netmask)}`);
  return Object.fromEntries([...options].filter(([key]) => !older.includes(key)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bitsOf(netmask: string): string {
  const mask = parseIp(netmask)?.value;
  return mask === undefined ? netmask : String(32 - (~mask & 0xffff_ffffn).toString(2).replace(/^0$/, "").length);
}

/** Bonding modes by number (the kernel's bonding.rst). */
const modes = ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"];

/** One spelling for what ifupdown2 takes in several. */
export function spelled(key: string, value: string): string {
  switch (key) {
    case "bridge-stp":
      return isYes(value) ? "on" : "off";
    case "bridge-vlan-aware":
      return isYes(value) ? "yes" : "no";
    case "bond-mode":
      return modes[Number(value)] ?? value;
    case "bond-lacp-rate":
      return value === "1" ? "fast" : value.replace(/^0$/, "slow");
    default:
      return value;
  }
}

function isYes(value: string): boolean {
  return /^(yes|on|1|true)$/i.test(value);
}

function without(parts: readonly Part[], name: string): readonly Part[] {
  return parts.flatMap((part): readonly Part[] => {
    if (part.part === "iface" && part.name === name) return [];
    if (part.part !== "auto" || !part.names.includes(name)) return [part];
    const names = part.names.filter((one) => one !== name);
    return names.length === 0 ? [] : [{ ...part, names, lines: [`${part.word} ${names.join(" ")}`] }];
  });
}

function withInterface(parts: readonly Part[], name: string, wanted: Interface): readonly Part[] {
  const blocks = families.reduce((all, family) => withBlock(all, { name, family }, wanted[family]), parts);
  const isAuto = blocks.some((part) => part.part === "auto" && part.word === "auto" && part.names.includes(name));
  if (wanted.auto !== true || isAuto) return blocks;
  const at = blocks.findIndex((part) => part.part === "iface" && part.name === name);
  return blocks.toSpliced(at < 0 ? blocks.length : at, 0, { part: "auto", word: "auto", names: [name], lines: [`auto ${name}`] });
}

interface Which {
  readonly name: string;
  readonly family: Family;
}

// What the same family has in further blocks of the interface comes into the first.
function withBlock(parts: readonly Part[], { name, family }: Which, wanted: Block | null | undefined): readonly Part[] {
  if (wanted === undefined) return parts;
  const own = ifacesOf(parts, name).filter((one) => one.family === family);
  const rest = parts.filter((part) => !own.includes(part as Iface));
  if (wanted === null) return rest;
  const kept = own.flatMap(({ lines }) => lines.slice(1)).filter((line) => !isKnown(line));
  const options = known.flatMap((key) => (wanted.options[key] === undefined ? [] : [`\t${key} ${wanted.options[key]}`]));
  const lines = [`iface ${name} ${family} ${wanted.method}`, ...options, ...kept];
  const [first] = own;
  if (first !== undefined) return rest.toSpliced(parts.indexOf(first), 0, { ...first, method: wanted.method, lines });
  return inserted(rest, { part: "iface", name, family, method: wanted.method, lines });
}

// Behind its other family; else behind all that is there, before what the file takes in from others.
function inserted(parts: readonly Part[], block: Iface): readonly Part[] {
  const sibling = parts.findLastIndex((part) => part.part === "iface" && part.name === block.name);
  if (sibling >= 0) return parts.toSpliced(sibling + 1, 0, { ...block, lines: ["", ...block.lines] });
  const last = parts.findLastIndex(({ part }) => part === "iface");
  const source = parts.findIndex(({ part }, index) => part === "source" && index > last);
  const at = source < 0 ? parts.length : source;
  return parts.toSpliced(at, 0, { part: "other", lines: [""] }, block, { part: "other", lines: [""] });
}
