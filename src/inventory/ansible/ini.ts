// Ansible's INI inventories: sections of hosts, of children, and of variables.
import { didYouMean } from "../../lib/suggest.ts";
import { type Lines, linesOf } from "../../model/documents/lines.ts";
import { pythonLiteral } from "./literal.ts";
import { warnOfJinja } from "./notes.ts";
import { expandHosts } from "./ranges.ts";
import { splitWords, type Word } from "./words.ts";
import { type Assigned, addChild, addGroup, addHosts, type GroupNode, giveGroup, type Place, report, type World, warn } from "./world.ts";

/** Reads one file into the world; what is wrong with it is reported there. */
export function readIni(world: World, file: string, text: string): undefined {
  const reading: Reading = { world, lines: linesOf(file, text), declared: new Map(), onlyVars: new Map(), listed: [], jinja: [] };
  let section: Section = { kind: "hosts", group: addGroup(world, "ungrouped") };
  let at = 0;
  for (const raw of text.split("\n")) {
    const line: Line = { text: raw.trim(), at: at + (raw.length - raw.trimStart().length) };
    at += raw.length + 1;
    if (line.text === "" || /^[#;]/.test(line.text)) continue;
    section = sectionOf(line, reading) ?? readIn(section, line, reading);
  }
  linkChildren(reading);
  warnOfJinja(world, reading.jinja);
}

type Section = { readonly kind: "hosts" | "children" | "vars"; readonly group: GroupNode };

interface Line {
  /** Without space around it. */
  readonly text: string;
  /** Offset in the file. */
  readonly at: number;
}

interface Listed {
  readonly parent: GroupNode;
  readonly child: string;
  readonly at: number;
}

interface Reading {
  readonly world: World;
  readonly lines: Lines;
  /** Groups of this file with the offset where each first appears as a section of hosts or children. */
  readonly declared: Map<string, number>;
  /** Sections of variables for groups that nothing had declared before. */
  readonly onlyVars: Map<string, Line>;
  readonly listed: Listed[];
  readonly jinja: { readonly name: string; readonly at: Place }[];
}

function placeOf({ lines }: Reading, from: number, to: number): Place {
  return () => lines.position(from, to);
}

function wholeLine(reading: Reading, { text, at }: Line): Place {
  return placeOf(reading, at, at + text.length);
}

function sectionOf(line: Line, reading: Reading): Section | undefined {
  const [, name, kind = "hosts"] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line.text) ?? [];
  const at = wholeLine(reading, line);
  if (name === undefined) {
    if (/^\[.*\]$|^\[[^\]]*$/.test(line.text))
      report(reading.world, at, { message: `${line.text} is no section`, hint: "write [group], [group:children] or [group:vars], without spaces" });
    return undefined;
  }
  if (!isKind(kind)) {
    const hint = didYouMean(kind, ["hosts", "children", "vars"]) ?? "a section is [group], [group:children] or [group:vars]";
    report(reading.world, at, { message: `section [${name}:${kind}] has the unknown kind "${kind}"`, hint });
  }
  return declare(name, isKind(kind) ? kind : "vars", { line, reading });
}

function isKind(kind: string): kind is Section["kind"] {
  return ["hosts", "children", "vars"].includes(kind);
}

function declare(name: string, kind: Section["kind"], { line, reading }: { readonly line: Line; readonly reading: Reading }): Section {
  const at = wholeLine(reading, line);
  const { world, declared, onlyVars } = reading;
  if (kind === "vars" && !world.groups.has(name)) onlyVars.set(name, line);
  if (kind !== "vars" && !declared.has(name)) declared.set(name, line.at);
  return { kind, group: addGroup(world, name, at) };
}

function readIn(section: Section, line: Line, reading: Reading): Section {
  if (/^\[.*\]$|^\[[^\]]*$/.test(line.text)) return section;
  if (section.kind === "hosts") hostLine(line, section.group, reading);
  else if (section.kind === "vars") varLine(line, section.group, reading);
  else childLine(line, section.group, reading);
  return section;
}

function hostLine(line: Line, group: GroupNode, reading: Reading): undefined {
  const { world } = reading;
  const split = splitWords(line.text);
  if ("unclosed" in split) {
    const from = line.at + split.unclosed;
    return report(world, placeOf(reading, from, from + 1), { message: "the quote is not closed", hint: "close it, or put a backslash before it" });
  }
  const [first, ...rest] = split.words;
  if (first === undefined) return;
  const at = placeOf(reading, line.at + first.from, line.at + first.to);
  const hosts = first.text.endsWith(":") ? { wrong: "a host ends with a colon, which is for a port" } : expandHosts(first.text);
  if ("wrong" in hosts) return report(world, at, { message: `host ${JSON.stringify(first.text)}: ${hosts.wrong}` });
  if (split.cut !== undefined)
    warn(world, placeOf(reading, line.at + split.cut, line.at + line.text.length), "all behind # is a comment here: quote the value if it belongs to it");
  const [stray] = rest.filter((word) => word.text.indexOf("=") < 1);
  if (stray !== undefined)
    report(world, placeOf(reading, line.at + stray.from, line.at + stray.to), {
      message: "a host is followed by key=value",
      hint: "quote a value with spaces: key='two words'",
    });
  addHosts(world, group, { ...hosts, given: rest.flatMap((word) => hostVar(word, line, reading)), at });
}

// A word that is none is told once a line.
function hostVar({ text, from, to }: Word, line: Line, reading: Reading): readonly Assigned[] {
  const equals = text.indexOf("=");
  const at = placeOf(reading, line.at + from, line.at + to);
  return equals < 1 ? [] : [assigned([text.slice(0, equals), text.slice(equals + 1)], { layer: "host", at, reading })];
}

interface Giving {
  readonly layer: string;
  readonly at: Place;
  readonly reading: Reading;
}

function assigned([key, text]: readonly [string, string], { layer, at, reading }: Giving): Assigned {
  const value = pythonLiteral(text)?.value;
  if (typeof value === "number" && /^[\d.]+$/.test(text) && String(value) !== text)
    warn(reading.world, at, `${key}=${text} is the number ${value} to Ansible: a text needs quotes within quotes, '"${text}"'`);
  if (/\{\{|\{%/.test(text)) reading.jinja.push({ name: key, at });
  return { key, value: value === undefined ? text : value, layer, at };
}

function varLine(line: Line, group: GroupNode, reading: Reading): undefined {
  const equals = line.text.indexOf("=");
  const at = wholeLine(reading, line);
  if (equals < 1) return report(reading.world, at, { message: `a line of [${group.name}:vars] is key=value` });
  const pair = [line.text.slice(0, equals).trim(), line.text.slice(equals + 1).trim()] as const;
  giveGroup(reading.world, group, assigned(pair, { layer: `group ${group.name}`, at, reading }));
}

function childLine(line: Line, group: GroupNode, reading: Reading): undefined {
  const [, child] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line.text) ?? [];
  if (child === undefined) return report(reading.world, wholeLine(reading, line), { message: `a line of [${group.name}:children] is the name of one group` });
  reading.listed.push({ parent: group, child, at: line.at });
}

// Ansible adds a child when both are known: so the order is that of the later of listing and section.
function linkChildren(reading: Reading): undefined {
  const { world, declared, listed } = reading;
  const when = ({ child, at }: Listed): number => Math.max(at, declared.get(child) ?? 0);
  for (const { parent, child: name, at: from } of listed.toSorted((a, b) => when(a) - when(b))) {
    const at = placeOf(reading, from, from + name.length);
    const child = world.groups.get(name);
    if (child === undefined || isUndeclared(name, reading)) report(world, at, undefinedGroup(name, `[${parent.name}:children] names`, reading));
    else addChild(world, parent, { child, at });
  }
  for (const [name, { text, at }] of reading.onlyVars) {
    if (!isUndeclared(name, reading)) continue;
    report(world, placeOf(reading, at, at + text.length), undefinedGroup(name, `[${name}:vars] is for`, reading));
  }
}

function isUndeclared(name: string, { declared, onlyVars }: Reading): boolean {
  return onlyVars.has(name) && !declared.has(name);
}

function undefinedGroup(name: string, whose: string, { world, onlyVars }: Reading): { readonly message: string; readonly hint: string } {
  const others = [...world.groups.keys()].filter((group) => !onlyVars.has(group));
  return { message: `${whose} the undefined group "${name}"`, hint: didYouMean(name, others) ?? `declare it: [${name}]` };
}
