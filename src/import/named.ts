// named.conf: which zones it has, of which files, and the options that the role has words for (BIND 9 Administrator Reference Manual).
import type { Json, JsonObject } from "../lib/json.ts";
import { type Statement, statementsOf, wordAfter } from "./blocks.ts";
import type { Include } from "./dhcpd.ts";
import { type Gathered, type Note, nothing, some } from "./gathered.ts";
import { type Word, wrong } from "./zone/lines.ts";

export interface NamedZone {
  /** Lower case, without a last dot. */
  readonly name: string;
  readonly type: string;
  /** Of a primary. */
  readonly file?: Word;
  readonly dynamic: boolean;
  readonly word: Word;
}

export interface Named {
  readonly gathered: Gathered;
  readonly zones: readonly NamedZone[];
}

interface Reading {
  readonly include: Include;
  readonly statements: Statement[];
  readonly notes: Note[];
}

/** Throws ProblemError where it cannot be read; what has no counterpart is noted. */
export function readNamed(source: { readonly file: string; readonly text: string }, include: Include): Named {
  const reading: Reading = { include, statements: [], notes: [] };
  collect(statementsOf(source.file, source.text), reading, 0);
  const { statements, notes } = reading;
  const options = statements.filter(({ words: [word] }) => word?.text === "options").flatMap(({ block = [] }) => block);
  const zones = statements.flatMap(zoneOf);
  const params = some({ ...optionParams(options), ...zoneParams(zones, statements) });
  const gathered = { ...nothing, params: { bind: params }, notes: [...notes, ...options.flatMap(unknownOption), ...statements.flatMap(unknownStatement)] };
  return { gathered, zones };
}

function collect(statements: readonly Statement[], reading: Reading, depth: number): void {
  for (const statement of statements) {
    const [word, path] = statement.words;
    if (word?.text === "view") throw wrong("views are not imported", statement.at, "import the zones of each view by itself: ZONE=FILE");
    if (word?.text === "include" && path !== undefined) includeFile(path, reading, depth);
    else reading.statements.push(statement);
  }
}

function includeFile(path: Word, reading: Reading, depth: number): void {
  if (depth >= 10) throw wrong("files include each other more than 10 deep", path.at, "does one include itself?");
  const found = reading.include(path);
  if (found !== undefined) collect(statementsOf(found.file, found.text), reading, depth + 1);
  else if (!shipped.test(path.text)) reading.notes.push({ message: `the included file ${path.text} is not here: what it says is not taken over`, at: path.at });
}

// Of the package itself, and rndc's key, which the role makes.
const shipped = /\/(named\.conf\.default-zones|zones\.rfc1918|rndc\.key|bind\.keys)$/;

const kinds: Readonly<Record<string, string>> = { master: "primary", slave: "secondary" };

function zoneOf({ words: [word, name], block = [], at }: Statement): readonly NamedZone[] {
  if (word?.text !== "zone" || name === undefined) return [];
  const type = wordAfter(block, "type")?.text ?? "";
  const file = wordAfter(block, "file");
  if (type === "") throw wrong(`zone "${name.text}" has no type`, at, "type primary;");
  const dynamic = block.some(({ words: [first], block: who = [] }) => first?.text === "update-policy" || (first?.text === "allow-update" && !isNone(who)));
  return [{ name: name.text.toLowerCase().replace(/\.$/, ""), type: kinds[type] ?? type, dynamic, word: name, ...(file !== undefined && { file }) }];
}

function isNone(who: readonly Statement[]): boolean {
  return who.length === 0 || who.every(({ words }) => words[0]?.text === "none");
}

function optionParams(options: readonly Statement[]): JsonObject {
  const list = (name: string): readonly string[] | undefined => listOf(options.find(({ words: [word] }) => word?.text === name));
  const word = (name: string): string | undefined => wordAfter(options, name)?.text;
  const listen = list("listen-on")?.filter((one) => one !== "any" && one !== "127.0.0.1");
  return some({
    forwarders: plainAddresses(list("forwarders")),
    forward: word("forward"),
    listen,
    recursion: booleans[word("recursion") ?? ""],
    queriesFrom: list("allow-query"),
    recursionFor: list("allow-recursion"),
    dnssecValidation: word("dnssec-validation"),
  });
}

// Without ports: those are noted.
function plainAddresses(addresses: readonly string[] | undefined): readonly string[] | undefined {
  return addresses?.map((one) => one.split(" ")[0] ?? one);
}

const booleans: Readonly<Record<string, boolean>> = { yes: true, no: false, true: true, false: false };

function listOf(statement: Statement | undefined): readonly string[] | undefined {
  return statement?.block?.map(({ words }) => words.map(({ text }) => text).join(" "));
}

// Zones that are made here get their records from whoever knows them; what is said of them otherwise is here.
function zoneParams(zones: readonly NamedZone[], statements: readonly Statement[]): JsonObject {
  const foreign = zones.filter(({ type }) => type !== "primary" && type !== "hint");
  const entries = foreign.map(({ name, type }): [string, Json] => [name, some({ type, ...serversOf(name, statements) })]);
  const acls = statements.filter(isAcl).map((statement): [string, Json] => [statement.words[1]?.text ?? "", [...(listOf(statement) ?? [])]]);
  return some({ zones: entries.length === 0 ? undefined : Object.fromEntries(entries), acls: acls.length === 0 ? undefined : Object.fromEntries(acls) });
}

function isAcl({ words: [word] }: Statement): boolean {
  return word?.text === "acl";
}

function serversOf(zone: string, statements: readonly Statement[]): JsonObject {
  const block = statements.find(({ words: [word, name] }) => word?.text === "zone" && name?.text.toLowerCase().replace(/\.$/, "") === zone)?.block ?? [];
  const of = (...names: readonly string[]): readonly string[] | undefined =>
    plainAddresses(listOf(block.find(({ words: [word] }) => names.includes(word?.text ?? ""))));
  return some({ primaries: of("masters", "primaries"), forwarders: of("forwarders") });
}

const known = ["forwarders", "forward", "listen-on", "recursion", "allow-query", "allow-recursion", "dnssec-validation"];
// The role's own choice, or the default of every supported version.
const same = ["directory", "listen-on-v6", "auth-nxdomain", "allow-query-cache"];

function unknownOption({ words: [word], block = [], at }: Statement): readonly Note[] {
  if (word === undefined || same.includes(word.text)) return [];
  const hint = word.text === "allow-transfer" ? ": the role lets nobody transfer but secondaries, and whom transferTo of a zone names" : "";
  if (!known.includes(word.text)) return [{ message: `option ${word.text} is not taken over${hint}`, at }];
  return block
    .filter(({ words }) => words.some(({ text }) => text === "port"))
    .map((one) => ({ message: `${word.text}: the port of ${one.words[0]?.text} is not taken over`, at: one.at }));
}

function unknownStatement({ words: [word, name], at }: Statement): readonly Note[] {
  if (word === undefined || ["options", "zone", "acl", "controls"].includes(word.text)) return [];
  const secret = word.text === "key" ? ": its secret stays where it is, the role makes keys of its own" : "";
  return [{ message: `${word.text} ${name?.text ?? ""} is not taken over${secret}`, at }];
}
