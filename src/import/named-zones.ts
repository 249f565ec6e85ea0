// One zone of named.conf, as params of the role: who transfers it, who updates it, where it comes from.
import type { JsonObject } from "../lib/json.ts";
import { listed, type Statement, wordAfter } from "./blocks.ts";
import { type Note, some } from "./gathered.ts";
import { withPort } from "./named-options.ts";
import { type Word, wrong } from "./zone/lines.ts";

export interface NamedZone {
  /** Lower case, without a last dot. */
  readonly name: string;
  readonly type: string;
  /** Of a primary. */
  readonly file?: Word;
  readonly view?: string;
  /** What the role is told of it. */
  readonly told: JsonObject;
  readonly word: Word;
}

interface Context {
  /** Of the whole server: zones go by them where they say nothing themselves. */
  readonly options: readonly Statement[];
  readonly notes: Note[];
  readonly view?: string;
}

const kinds: Readonly<Record<string, string>> = { master: "primary", slave: "secondary" };

/** None, or the one that this statement makes. Throws ProblemError where it has no type. */
export function zoneOf({ words: [word, name], block = [], at }: Statement, { options, notes, view }: Context): readonly NamedZone[] {
  if (word?.text !== "zone" || name === undefined) return [];
  const written = wordAfter(block, "type")?.text ?? "";
  if (written === "" && wordAfter(block, "in-view") === undefined) throw wrong(`zone "${name.text}" has no type`, at, "type primary;");
  if (written === "") {
    notes.push({ message: `zone "${name.text}" is that of another view: it is not taken over`, at });
    return [];
  }
  const type = kinds[written] ?? written;
  const file = wordAfter(block, "file");
  const zone = name.text.toLowerCase().replace(/\.$/, "");
  const told = type === "primary" ? primaryParams(zone, { block, options, notes }) : some({ type, ...serversOf(block) });
  notes.push(...lost(zone, block));
  return [{ name: zone, type, told, word: name, ...(file !== undefined && { file }), ...(view !== undefined && { view }) }];
}

function find(block: readonly Statement[], ...names: readonly string[]): Statement | undefined {
  return block.find(({ words: [word] }) => names.includes(word?.text ?? ""));
}

function serversOf(block: readonly Statement[]): JsonObject {
  const primaries = listed(find(block, "masters", "primaries"));
  const forward = wordAfter(block, "forward")?.text;
  return some({
    primaries: primaries?.map((one) => one.split(" ")[0] ?? one),
    key: primaries?.flatMap(keyIn)[0],
    forwarders: listed(find(block, "forwarders"))?.map(withPort),
    // What the role does anyway.
    forward: forward === "only" ? undefined : forward,
  });
}

function keyIn(element: string): readonly string[] {
  const name = /(?:^|\s)key (\S+)/.exec(element)?.[1];
  return name === undefined || name.startsWith("hlx-local") ? [] : [name];
}

interface Primary {
  readonly block: readonly Statement[];
  readonly options: readonly Statement[];
  readonly notes: Note[];
}

function primaryParams(zone: string, { block, options, notes }: Primary): JsonObject {
  const updates = updatesOf(zone, block, notes);
  const transfers = (listed(find(block, "allow-transfer") ?? find(options, "allow-transfer")) ?? []).filter((one) => one !== "none" && one !== "!any");
  const told = listed(find(block, "also-notify")) ?? [];
  const secondaries = told.map((one) => one.split(" ")[0] ?? one);
  const [key, ...moreKeys] = new Set([...told, ...transfers].flatMap(keyIn));
  const others = transfers.filter((one) => keyIn(one).length === 0 && !/^key hlx-local/.test(one) && !secondaries.includes(one));
  const policy = wordAfter(block, "dnssec-policy")?.text;
  return some({
    mode: updates.dynamic ? "dynamic" : undefined,
    updateKeys: updates.keys,
    secondaries,
    key,
    transferTo: [...others, ...moreKeys.map((name) => `key ${name}`)],
    dnssec: policy === "none" ? undefined : policy,
  });
}

function updatesOf(zone: string, block: readonly Statement[], notes: Note[]): { readonly dynamic: boolean; readonly keys: readonly string[] } {
  const [list, policy] = [find(block, "allow-update"), find(block, "update-policy")];
  const who = (list?.block ?? []).filter(({ words }) => words[0]?.text !== "none");
  const grants = policy?.block ?? [];
  const keys = [...who.flatMap(({ words }) => (words[0]?.text === "key" ? [words[1]?.text ?? ""] : [])), ...grants.map(({ words }) => words[1]?.text ?? "")];
  const strangers = who.filter(({ words }) => words[0]?.text !== "key");
  notes.push(
    ...strangers.map(({ words, at }) => ({ message: `zone "${zone}": updates from ${words[0]?.text} are not taken over: the role wants a key`, at })),
    ...grants
      .filter(({ words }) => !/^grant \S+ zonesub any$/i.test(words.map(({ text }) => text).join(" ")))
      .map(({ at }) => ({ message: `zone "${zone}": the key may update all of it now: the role has no rules for single names`, at })),
  );
  return { dynamic: who.length > 0 || policy !== undefined, keys: [...new Set(keys)].filter((name) => name !== "" && !name.startsWith("hlx-local")) };
}

const known = "type file masters primaries forwarders forward allow-update update-policy allow-transfer also-notify dnssec-policy";
// The role's own choice, a default, or what only counts.
const same = "notify inline-signing key-directory zone-statistics allow-query";
const said = `${known} ${same}`.split(" ");

function lost(zone: string, block: readonly Statement[]): readonly Note[] {
  const others = block.filter(({ words: [word] }) => word !== undefined && !said.includes(word.text));
  return others.map(({ words: [word], at }) => ({ message: `zone "${zone}": ${word?.text} is not taken over`, at }));
}
