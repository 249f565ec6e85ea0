// Walks a YAML syntax tree once: makes plain data of it, and collects what is refused.
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq, type Document as YamlDocument } from "yaml";
import { isRecord } from "../../lib/json.ts";
import type { Problem } from "../problem.ts";
import { looksSecret } from "./document.ts";
import type { Lines } from "./lines.ts";
import { lossOf } from "./scalars.ts";

const deepest = 64;
const mostAliased = 100_000;

interface Walk {
  readonly lines: Lines;
  readonly document: YamlDocument.Parsed;
  readonly dialect: "hlx" | "foreign";
  readonly problems: Problem[];
  /** What an anchor's node became: its value and how many nodes it holds. */
  readonly anchors: Map<string, { readonly value: unknown; readonly nodes: number }>;
  nodes: number;
  /** How many of them came from aliases. */
  aliased: number;
}

interface Place {
  readonly depth: number;
  readonly secret: boolean;
}

/** The document's data and everything refused in it: duplicate and dangerous keys, merge keys, lossy numbers, bombs. */
export function checkTree(
  document: YamlDocument.Parsed,
  lines: Lines,
  dialect: "hlx" | "foreign" = "hlx",
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const walk: Walk = { lines, document, dialect, problems: [], anchors: new Map(), nodes: 0, aliased: 0 };
  const value = document.contents === null ? undefined : dataOf(document.contents, walk, { depth: 0, secret: false });
  return { value, problems: walk.problems };
}

/** The key as text, exactly as written; undefined for what is no scalar. */
export function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) && pair.key.value !== null ? (pair.key.source ?? String(pair.key.value)) : undefined;
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
  if (isMap(node)) return mapOf(node, walk, place);
  if (isSeq(node)) return seqOf(node, walk, place);
  if (!isScalar(node)) return null;
  if (walk.dialect === "foreign") return foreignScalar(node);
  const loss = lossOf(node, place.secret);
  return loss === undefined ? node.value : refuse(walk, node, loss);
}

function aliasOf(name: string, node: unknown, walk: Walk): unknown {
  const anchored = walk.anchors.get(name);
  if (anchored === undefined)
    return refuse(walk, node, {
      message: `alias *${name} stands for nothing: no anchor &${name} ends before it`,
      hint: `a text that begins with * is written in quotes: "*${name}"`,
    });
  walk.nodes += anchored.nodes;
  const before = walk.aliased;
  walk.aliased += anchored.nodes;
  if (walk.aliased <= mostAliased) return anchored.value;
  return before > mostAliased ? null : refuse(walk, node, { message: `aliases make more than ${mostAliased} values of this file` });
}

function seqOf(node: YAMLSeq, walk: Walk, place: Place): readonly unknown[] {
  return node.items.map((item) => dataOf(item, walk, { ...place, depth: place.depth + 1 }));
}

function mapOf(node: YAMLMap, walk: Walk, place: Place): Record<string, unknown> {
  const map: Record<string, unknown> = Object.create(null);
  const first = new Map<string, Pair>();
  for (const pair of node.items) {
    const key = keyOf(pair);
    if (key === undefined) refuse(walk, pair.key, { message: "a key must be plain text", hint: "put it in quotes" });
    else if (!refusedKey(key, pair, { walk, first })) map[key] = memberOf(key, pair, { walk, place });
  }
  return Object.hasOwn(map, "<<") && walk.dialect === "foreign" ? merged(map, node, walk) : map;
}

// What the map says itself wins over what it merges; of several, the first wins (yaml.org/type/merge.html).
function merged({ "<<": bases, ...own }: Record<string, unknown>, node: YAMLMap, walk: Walk): Record<string, unknown> {
  const all = Array.isArray(bases) ? bases : [bases];
  if (!all.every(isRecord)) refuse(walk, node, { message: "<< merges maps only", hint: "give it an alias of a map: <<: *name" });
  return Object.assign(Object.create(null), ...all.filter(isRecord).toReversed(), own);
}

// Octal as YAML 1.1 has it: modes in compose files are written so.
function foreignScalar(node: Scalar): unknown {
  const octal = node.type === "PLAIN" && /^0[0-7]+$/.test(node.source ?? "");
  return octal ? Number.parseInt(node.source ?? "", 8) : node.value;
}

function memberOf(key: string, pair: Pair, { walk, place }: { readonly walk: Walk; readonly place: Place }): unknown {
  const secret = place.secret || looksSecret(key);
  const [from, to] = [rangeOf(pair.key)[0], rangeOf(pair.value)[1]];
  if (secret && to > from && !(isScalar(pair.value) && pair.value.tag === "!secret")) walk.lines.hide(from, to);
  return dataOf(pair.value, walk, { depth: place.depth + 1, secret });
}

function refusedKey(key: string, pair: Pair, { walk, first }: { readonly walk: Walk; readonly first: Map<string, Pair> }): boolean {
  const earlier = first.get(key);
  if (earlier !== undefined) {
    const at = positionOf(walk, earlier.key);
    refuse(walk, pair.key, { message: `duplicate key "${key}", first defined at ${at.line}:${at.column}`, also: [{ at, note: "first defined here" }] });
    return true;
  }
  first.set(key, pair);
  if (dangerous.has(key)) refuse(walk, pair.key, { message: `the key "${key}" is refused`, hint: "choose another name" });
  else if (isMergeKey(pair) && walk.dialect === "hlx")
    refuse(walk, pair.key, { message: "merge keys (<<) are off", hint: "put what is shared into a group or into defaults" });
  else return false;
  return true;
}

const dangerous: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.source === "<<" && key.type === "PLAIN";
}

function refuse(walk: Walk, node: unknown, problem: Pick<Problem, "message" | "hint" | "also">): null {
  walk.problems.push({ code: "input", at: positionOf(walk, node), ...problem });
  return null;
}

function positionOf(walk: Walk, node: unknown) {
  return walk.lines.position(...rangeOf(node));
}

/** Start and end offset of a node in its source. */
export function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}
