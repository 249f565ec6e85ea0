// named.conf: which zones and views it has, of which files, and what else the role has words for (BIND 9 Administrator Reference Manual).
import type { Json, JsonObject } from "../lib/json.ts";
import { hasTemplate, listed, type Statement, statementsOf, statementText } from "./blocks.ts";
import { withoutSecrets } from "./clear.ts";
import type { Include } from "./dhcpd.ts";
import { type Gathered, type Note, nothing, some } from "./gathered.ts";
import { keysOf } from "./named-keys.ts";
import { moreOptions, optionParams } from "./named-options.ts";
import { type NamedZone, zoneOf } from "./named-zones.ts";
import { type Word, wrong } from "./zone/lines.ts";

export type { NamedZone };

export interface Named {
  readonly gathered: Gathered;
  /** Those that are made there; the others are in the params. */
  readonly zones: readonly NamedZone[];
}

interface View {
  readonly name: string;
  readonly statements: Statement[];
}

interface Reading {
  readonly include: Include;
  /** Outside of views. */
  readonly statements: Statement[];
  readonly views: View[];
  readonly notes: Note[];
}

/** Throws ProblemError where it cannot be read; what has no counterpart is noted. */
export function readNamed(source: { readonly file: string; readonly text: string }, include: Include): Named {
  const reading: Reading = { include, statements: [], views: [], notes: [] };
  collect(statementsOf(source.file, source.text), { reading, into: reading.statements, depth: 0 });
  const { statements, views, notes } = reading;
  const options = statements.filter(({ words: [word] }) => word?.text === "options").flatMap(({ block = [] }) => block);
  const context = { options, notes };
  const zones = [
    ...statements.flatMap((one) => zoneOf(one, context)),
    ...views.flatMap(({ name, statements: own }) => own.flatMap((one) => zoneOf(one, { ...context, view: name }))),
  ];
  const asViews = Object.fromEntries(views.map((view): [string, Json] => [view.name, viewParams(view, zones, notes)]));
  const params = some({
    ...optionParams(options),
    options: moreOptions(options, notes),
    extra: extraOf(statements, notes),
    acls: aclsOf(statements),
    keys: keysOf({ statements, zones, notes }),
    zones: foreignZones(zones.filter(({ view }) => view === undefined)),
    views: views.length === 0 ? undefined : asViews,
  });
  return { gathered: { ...nothing, params: { bind: params }, notes }, zones: zones.filter(({ type }) => type === "primary") };
}

interface Into {
  readonly reading: Reading;
  readonly into: Statement[];
  readonly depth: number;
}

function collect(statements: readonly Statement[], { reading, into, depth }: Into): void {
  for (const statement of statements) {
    const [word, name] = statement.words;
    if (word?.text === "view" && name !== undefined) {
      const view: View = { name: name.text, statements: [] };
      reading.views.push(view);
      collect(statement.block ?? [], { reading, into: view.statements, depth });
    } else if (word?.text === "include" && name !== undefined) includeFile(name, { reading, into, depth });
    else into.push(statement);
  }
}

function includeFile(path: Word, { reading, into, depth }: Into): void {
  if (depth >= 10) throw wrong("files include each other more than 10 deep", path.at, "does one include itself?");
  const found = reading.include(path);
  if (found !== undefined) collect(statementsOf(found.file, found.text), { reading, into, depth: depth + 1 });
  else if (!shipped.test(path.text)) reading.notes.push({ message: `the included file ${path.text} is not here: what it says is not taken over`, at: path.at });
}

// Of the package itself, rndc's key, and what the role keeps beside named.conf.
const shipped = /\/(named\.conf\.default-zones|zones\.rfc1918|rndc\.key|bind\.keys|hlx\/[\w-]+\.(conf|key))$/;

function foreignZones(zones: readonly NamedZone[]): JsonObject | undefined {
  const foreign = zones.filter(({ type }) => type !== "primary" && type !== "hint");
  return foreign.length === 0 ? undefined : Object.fromEntries(foreign.map(({ name, told }) => [name, told]));
}

function viewParams({ name, statements }: View, zones: readonly NamedZone[], notes: Note[]): JsonObject {
  const [clients] = statements.filter(({ words: [word] }) => word?.text === "match-clients");
  const params = optionParams(statements);
  const lost = statements.filter(({ words: [word] }) => !viewKnown.includes(word?.text ?? ""));
  notes.push(...lost.map(({ words: [word], at }) => ({ message: `${word?.text} of the view ${name} is not taken over`, at })));
  const { recursion, forwarders, forward } = params;
  const matched = listed(clients)?.filter((one) => !/^!?key hlx-local/.test(one));
  return some({ clients: matched ?? ["any"], recursion, forwarders, forward, zones: foreignZones(zones.filter(({ view }) => view === name)) });
}

const viewKnown = ["match-clients", "recursion", "forwarders", "forward", "zone"];

function aclsOf(statements: readonly Statement[]): JsonObject | undefined {
  const acls = statements.filter(({ words: [word] }) => word?.text === "acl");
  return acls.length === 0 ? undefined : Object.fromEntries(acls.map((acl) => [acl.words[1]?.text ?? "", [...(listed(acl) ?? [])]]));
}

// Read elsewhere, or made anew.
const read = ["options", "zone", "acl", "key", "controls", "view"];

function extraOf(statements: readonly Statement[], notes: Note[]): string | undefined {
  const others = statements.filter(({ words: [word] }) => word !== undefined && !read.includes(word.text));
  const [open, whole] = [others.filter(hasTemplate), others.filter((one) => !hasTemplate(one))];
  notes.push(...open.map(({ words: [word], at }) => ({ message: `${word?.text} is not taken over: a template puts something into it`, at })));
  const kept = withoutSecrets(whole, notes);
  return kept.length === 0 ? undefined : `${kept.map(statementText).join("\n")}\n`;
}
