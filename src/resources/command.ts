// A script of a role, run when its own probe says that it is needed.
import { type Change, change, type Found, type Kind, type Known, present, type Risk } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { Run, Step } from "../model/step.ts";
import { type TextInput, text } from "../model/text.ts";
import { type Command, schema } from "./command/desired.ts";
import { given, resourceOf } from "./make.ts";
import { denied } from "./ownership.ts";
import { fileRead } from "./reads/files.ts";

export interface CommandActual {
  readonly needed: boolean;
}

export const commandKind: Kind<Command, CommandActual, "shell"> = {
  kind: "command",
  summary: "A script of a role with a probe of its own, for what no other kind can do.",
  schema,
  via: ["shell"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  restore: ({ name }) => ({ irreversible: `nothing is known that undoes the command ${name}` }),
};

/** What `command` takes. `script`, `unless` and `onlyIf` are constants of the role; all three get `args` as `$1…`. */
export interface CommandOptions extends ResourceOptions {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** Done when this path exists. */
  readonly creates?: string;
  /** Done when this script exits 0. */
  readonly unless?: string;
  /** Not needed when this script exits with anything but 0. */
  readonly onlyIf?: string;
  /** Given on standard input: where secrets go. */
  readonly stdin?: TextInput;
  /** Then it is killed. With it the script runs detached; without it it is one of a batch of short steps, which has ten minutes. */
  readonly deadlineMs?: number;
  readonly risk?: Risk;
}

/** A script with its probe: at least one of `creates`, `unless` and `onlyIf`. */
export function command(options: CommandOptions): Resource<Command> {
  const { name, script, args = [], creates, unless, onlyIf, stdin, deadlineMs, risk, ...brings } = options;
  const standardInput = stdin === undefined ? undefined : text(stdin);
  const desired = { name, script, args, ...given({ creates, unless, onlyIf, stdin: standardInput, deadlineMs, risk }) } as Command;
  return resourceOf(commandKind, desired, { ...brings, traces: creates === undefined ? [] : [creates] });
}

/** What may take longer than this runs detached. */
const checkMs = 30_000;

/** It is needed when nothing says that it is done: `creates` is missing, `unless` fails and `onlyIf` succeeds. */
async function probe({ creates, unless, onlyIf, args }: Command, on: Pick<Readers, "shell">): Promise<Found<CommandActual>> {
  const succeeds = async (script: string): Promise<boolean> => (await on.shell.check({ script, args }, { deadlineMs: checkMs })).exitStatus === 0;
  const [made, excused, wanted] = await Promise.all([
    creates === undefined ? undefined : on.shell.ask(fileRead, { path: creates }),
    unless === undefined ? false : succeeds(unless),
    onlyIf === undefined ? true : succeeds(onlyIf),
  ]);
  if (made?.seen === "denied") return { found: "unknown", because: denied(creates ?? "") };
  return present({ needed: made?.seen !== "there" && !excused && wanted });
}

function diff({ name, risk = "none" }: Command, found: Known<CommandActual>): readonly Change[] {
  return found.found === "absent" || found.actual.needed ? [change("run", { before: null, after: name, risk })] : [];
}

function steps(
  { name, script, args, stdin, deadlineMs }: Command,
  _found: Known<CommandActual>,
  { changes }: { readonly changes: readonly Change[] },
): readonly Step[] {
  if (changes.length === 0) return [];
  const run: Omit<Run, "do"> = { title: name, script, args, ...(stdin === undefined ? {} : { stdin }) };
  return [deadlineMs === undefined ? { do: "run", ...run } : { do: "detached", ...run, deadlineMs }];
}
