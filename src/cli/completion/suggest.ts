// What may come next on a command line: pure but for the project's names, which are asked for only when they matter.
import { guardedRisks } from "../../plan/totals.ts";
import type { Command, OptionSpec } from "../command.ts";
import { commands } from "../commands.ts";
import { type Flags, flagsOf } from "../parse/normalise.ts";
import type { Files, Names } from "./names.ts";

export interface Suggestion {
  readonly value: string;
  readonly summary?: string;
}

/** The words that may stand in the place of the last one, which may be empty or begun. None means: a file, or nothing that hlx knows. */
export async function suggestions(words: readonly string[], namesOf: (files: Files) => Names): Promise<readonly Suggestion[]> {
  const [name, ...rest] = words;
  const current = words.at(-1) ?? "";
  if (name === undefined || rest.length === 0 || name === "help") return beginning(commands.map(valueAndSummary), current);
  const command = await commands.find((one) => one.name === name)?.load();
  return command === undefined || rest.slice(0, -1).includes("--") ? [] : within({ name, command }, rest, namesOf);
}

async function within(
  { name, command }: Pick<Place, "name" | "command">,
  words: readonly string[],
  namesOf: (files: Files) => Names,
): Promise<readonly Suggestion[]> {
  const current = words.at(-1) ?? "";
  const typed = read(words.slice(0, -1), command);
  const names = namesOf({ inventory: inventoryOf(typed, command), playbook: typed.values.get("playbook") ?? [] });
  const glued = /^--?([a-z][\w-]*)=/.exec(current);
  const open = glued?.[1] ?? typed.open;
  const prefix = glued?.[0] ?? "";
  if (open !== undefined) return withPrefix(await valuesOf(open, current.slice(prefix.length), names), prefix);
  return current.startsWith("-") ? options(command.options, current) : positional({ name, command, at: typed.args.length, current }, names);
}

interface Typed {
  readonly args: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The option that the next word is the value of. */
  readonly open?: string;
}

// What stands before the word that is being typed.
function read(words: readonly string[], { options: specs }: Command): Typed {
  const flags = specs.map(flagsOf);
  const args: string[] = [];
  const values = new Map<string, readonly string[]>();
  let open: string | undefined;
  for (const word of words) {
    if (open !== undefined) {
      values.set(open, [...(values.get(open) ?? []), word]);
      open = undefined;
    } else if (word.startsWith("-")) open = wantsValue(word, flags);
    else args.push(word);
  }
  return { args, values, ...(open === undefined ? {} : { open }) };
}

function wantsValue(word: string, flags: readonly Flags[]): string | undefined {
  return flags.find(({ short, long, value }) => value && (word === `-${short}` || word === `--${long}` || word === `-${long}`))?.long;
}

function inventoryOf({ args, values }: Typed, command: Command): readonly string[] {
  const given = args[command.args.indexOf("[inventory]")];
  return given === undefined ? (values.get("inventory") ?? []) : [given];
}

async function valuesOf(option: string, current: string, names: Names): Promise<readonly Suggestion[]> {
  const fixed = choices.get(option);
  if (fixed !== undefined) return beginning(fixed.map(bare), current);
  switch (option) {
    case "limit":
    case "list-hosts":
      return pattern(current, names);
    case "host":
      return beginning((await names.hosts()).map(bare), current);
    case "tags":
    case "skip-tags":
      return lastOf(await names.tags(), current, /^(?:.*,)?/);
    case "target":
    case "exclude":
    case "replace":
      return addresses(current, names);
    default:
      return [];
  }
}

const choices: ReadonlyMap<string, readonly string[]> = new Map([
  ["allow", guardedRisks],
  ["format", ["text", "dot", "mermaid"]],
]);

// `web:&pr` is completed behind its last operator.
async function pattern(current: string, names: Names): Promise<readonly Suggestion[]> {
  const all = [...(await names.hosts()), ...(await names.groups()), "all"];
  return lastOf(all, current, /^(?:.*[:,])?[!&]?/);
}

function lastOf(all: readonly string[], current: string, kept: RegExp): readonly Suggestion[] {
  const before = kept.exec(current)?.[0] ?? "";
  return withPrefix(beginning(all.map(bare), current.slice(before.length)), before);
}

// A level at a time: a host, its roles, their resources.
async function addresses(current: string, names: Names): Promise<readonly Suggestion[]> {
  const depth = current.split("/").length;
  if (depth === 1)
    return beginning(
      (await names.hosts()).map((host) => bare(`${host}/`)),
      current,
    );
  return beginning((await (depth === 2 ? names.units() : names.recorded())).map(bare), current);
}

function options(specs: readonly OptionSpec[], current: string): readonly Suggestion[] {
  return beginning(
    specs.map((spec) => ({ value: `--${flagsOf(spec).long}`, summary: spec.summary })),
    current,
  );
}

interface Place {
  readonly name: string;
  readonly command: Command;
  readonly at: number;
  readonly current: string;
}

async function positional({ name, command, at, current }: Place, names: Names): Promise<readonly Suggestion[]> {
  const what = (command.args[at] ?? "").replace(/[<>[\]]/g, "");
  if (what.includes("|")) return beginning(what.split("|").map(bare), current);
  if (what === "pattern") return pattern(current, names);
  if (what === "address") return addresses(current, names);
  if (name !== "doc") return [];
  return beginning([...commands.map(({ name: value }) => value), ...(await names.kinds()), ...(await names.roles())].map(bare), current);
}

function beginning(all: readonly Suggestion[], current: string): readonly Suggestion[] {
  const once = new Map(all.map((one) => [one.value, one]));
  return [...once.values()].filter(({ value }) => value.startsWith(current));
}

function withPrefix(all: readonly Suggestion[], prefix: string): readonly Suggestion[] {
  return all.map((one) => ({ ...one, value: `${prefix}${one.value}` }));
}

function bare(value: string): Suggestion {
  return { value };
}

function valueAndSummary({ name, summary }: { readonly name: string; readonly summary: string }): Suggestion {
  return { value: name, summary };
}
