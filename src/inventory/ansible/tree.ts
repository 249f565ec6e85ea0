// Walks the YAML syntax tree of one of Ansible's files: plain data of it, with what is refused and what is odd.
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type Document as YamlDocument } from "yaml";
import type { Vault } from "../../lib/ansible-vault.ts";
import { isRecord } from "../../lib/json.ts";
import { rangeOf } from "../../model/documents/check.ts";
import { looksSecret } from "../../model/documents/document.ts";
import type { Lines } from "../../model/documents/lines.ts";
import type { Position, Problem } from "../../model/problem.ts";
import { plainScalar } from "./scalars.ts";

/** Something odd that is no error. `jinja`: an expression that stays text; `key`: a key that is no text. */
export interface Noted {
  readonly what: "jinja" | "key" | "scalar";
  readonly message: string;
  readonly at: Position;
  /** The nearest key above it. */
  readonly name: string;
}

export interface Tree {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly notes: readonly Noted[];
  /** Texts that came out of a vault. */
  readonly secrets: ReadonlySet<string>;
}

interface Walk {
  readonly lines: Lines;
  readonly vault: Vault;
  readonly problems: Problem[];
  readonly notes: Noted[];
  readonly secrets: Set<string>;
  readonly anchors: Map<string, { readonly value: unknown; readonly nodes: number }>;
  nodes: number;
  aliased: number;
}

interface Place {
  readonly depth: number;
  /** The nearest key above. */
  readonly name: string;
}

const deepest = 64;
const mostAliased = 100_000;

/** The document's data, and everything that is refused or odd in it. */
export function treeOf(document: YamlDocument.Parsed, { lines, vault }: { readonly lines: Lines; readonly vault: Vault }): Tree {
  const walk: Walk = { lines, vault, problems: [], notes: [], secrets: new Set(), anchors: new Map(), nodes: 0, aliased: 0 };
  const value = document.contents === null ? undefined : dataOf(document.contents, walk, { depth: 0, name: "" });
  return { value: value ?? undefined, problems: walk.problems, notes: walk.notes, secrets: walk.secrets };
}

function dataOf(node: unknown, walk: Walk, place: Place): unknown {
  walk.nodes++;
  if (isAlias(node)) return aliasOf(node.source, node, walk);
  const before = walk.nodes;
  const value = plainOf(node, walk, place);
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor !== undefined) walk.anchors.set(anchor, { value, nodes: walk.nodes - before + 1 });
  return value;
}

function plainOf(node: unknown, walk: Walk, place: Place): unknown {
  if (place.depth > deepest) return refuse(walk, node, { message: `nested deeper than ${deepest} levels` });
  if (isScalar(node)) return scalarOf(node, walk, place);
  if (!isMap(node) && !isSeq(node)) return null;
  if (node.tag !== undefined && !plainTags.has(node.tag)) return refuseTag(walk, node, node.tag);
  if (isMap(node)) return mapOf(node, walk, place);
  return node.items.map((item) => dataOf(item, walk, { ...place, depth: place.depth + 1 }));
}

const core = "tag:yaml.org,2002:";
const plainTags: ReadonlySet<string> = new Set([
  "!unsafe",
  ...["map", "seq", "str", "int", "float", "bool", "null", "timestamp"].map((name) => `${core}${name}`),
]);

function scalarOf(node: Scalar, walk: Walk, place: Place): unknown {
  const text = typeof node.value === "string" ? node.value : "";
  if (node.tag === "!vault" || node.tag === "!vault-encrypted") return unsealed(text, node, walk);
  if (node.tag !== undefined && !plainTags.has(node.tag)) return refuseTag(walk, node, node.tag);
  const typed = node.type === "PLAIN" ? node.tag === undefined : node.tag !== undefined && !["!unsafe", `${core}str`].includes(node.tag);
  if (typed) return typedOf(text, node, { walk, place });
  if (node.tag !== "!unsafe") noteJinja(text, node, { walk, place });
  return text;
}

interface Here {
  readonly walk: Walk;
  readonly place: Place;
}

function typedOf(text: string, node: Scalar, { walk, place }: Here): unknown {
  const { value, odd } = plainScalar(text);
  if (odd !== undefined) walk.notes.push({ what: "scalar", message: odd, at: positionOf(walk, node), name: place.name });
  if (value === text) noteJinja(text, node, { walk, place });
  return value;
}

function noteJinja(text: string, node: unknown, { walk, place }: Here): void {
  if (/\{\{|\{%/.test(text)) walk.notes.push({ what: "jinja", message: text, at: positionOf(walk, node), name: place.name });
}

function unsealed(envelope: string, node: unknown, walk: Walk): unknown {
  const opened = walk.vault(envelope);
  if ("wrong" in opened)
    return refuse(walk, node, { message: `cannot decrypt this value: ${opened.wrong}`, ...(opened.hint !== undefined && { hint: opened.hint }) });
  walk.secrets.add(opened.text);
  return opened.text;
}

function aliasOf(name: string, node: unknown, walk: Walk): unknown {
  const anchored = walk.anchors.get(name);
  if (anchored === undefined) return refuse(walk, node, { message: `alias *${name} stands inside its own anchor, or before it` });
  const before = walk.aliased;
  walk.aliased += anchored.nodes;
  if (walk.aliased <= mostAliased) return anchored.value;
  return before > mostAliased ? null : refuse(walk, node, { message: `aliases make more than ${mostAliased} values of this file` });
}

// What `<<` brings is weaker than the map's own keys, wherever it stands.
function mapOf(node: YAMLMap, walk: Walk, place: Place): Record<string, unknown> {
  const own: Record<string, unknown> = Object.create(null);
  const merged: Record<string, unknown> = Object.create(null);
  const first = new Map<string, Pair>();
  for (const pair of node.items) {
    if (isMergeKey(pair)) mergeInto(merged, dataOf(pair.value, walk, place), { pair, walk });
    else member(pair, own, { walk, place, first });
  }
  return Object.assign(Object.create(null), merged, own);
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

// Of several merged maps the first one is the strongest (YAML 1.1, merge keys).
function mergeInto(merged: Record<string, unknown>, value: unknown, { pair, walk }: { readonly pair: Pair; readonly walk: Walk }): void {
  for (const map of Array.isArray(value) ? value : [value]) {
    if (isRecord(map)) Object.assign(merged, { ...map, ...merged });
    else refuse(walk, pair.value, { message: "<< wants a map, or a list of maps" });
  }
}

function member(pair: Pair, own: Record<string, unknown>, { walk, place, first }: Here & { readonly first: Map<string, Pair> }): void {
  const key = keyOf(pair, walk, place);
  if (key === undefined) return;
  const earlier = first.get(key);
  if (earlier !== undefined) {
    const at = positionOf(walk, earlier.key);
    refuse(walk, pair.key, { message: `duplicate key "${key}", first defined at ${at.line}:${at.column}`, also: [{ at, note: "first defined here" }] });
    return;
  }
  first.set(key, pair);
  const [from, to] = [rangeOf(pair.key)[0], rangeOf(pair.value)[1]];
  if (looksSecret(key) && to > from && isScalar(pair.value)) walk.lines.hide(from, to);
  own[key] = dataOf(pair.value, walk, { depth: place.depth + 1, name: key });
}

function keyOf(pair: Pair, walk: Walk, place: Place): string | undefined {
  const { key } = pair;
  if (!isScalar(key) || typeof key.value !== "string") {
    refuse(walk, key, { message: "a key must be plain text", hint: "put it in quotes" });
    return undefined;
  }
  if (["__proto__", "constructor", "prototype"].includes(key.value)) {
    refuse(walk, key, { message: `the key "${key.value}" is refused`, hint: "choose another name" });
    return undefined;
  }
  const typed = key.type === "PLAIN" && key.tag === undefined ? plainScalar(key.value).value : key.value;
  if (typeof typed === "string") return key.value;
  walk.notes.push({ what: "key", message: `the key ${key.value} is not text: quote it`, at: positionOf(walk, key), name: place.name });
  return String(typed);
}

function refuseTag(walk: Walk, node: unknown, tag: string): null {
  return refuse(walk, node, { message: `unknown tag ${tag.replace(core, "!!")}`, hint: "of Ansible's tags hlx reads !vault and !unsafe" });
}

function refuse(walk: Walk, node: unknown, problem: Pick<Problem, "message" | "hint" | "also">): null {
  walk.problems.push({ code: "input", at: positionOf(walk, node), ...problem });
  return null;
}

function positionOf(walk: Walk, node: unknown): Position {
  return walk.lines.position(...rangeOf(node));
}
