// A script of a role, run when its own probe says that it is needed.
import type { Risk } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type TextInput, text } from "../model/text.ts";
import type { Command } from "./command/desired.ts";
import { given, resourceOf } from "./make.ts";

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
  /** Default 30 s; what may take longer runs detached. */
  readonly deadlineMs?: number;
  readonly risk?: Risk;
}

/** A script with its probe: at least one of `creates`, `unless` and `onlyIf`. */
export function command(options: CommandOptions): Resource<Command> {
  const { name, script, args = [], creates, unless, onlyIf, stdin, deadlineMs, risk, ...brings } = options;
  const standardInput = stdin === undefined ? undefined : text(stdin);
  const desired = { name, script, args, ...given({ creates, unless, onlyIf, stdin: standardInput, deadlineMs, risk }) } as Command;
  return resourceOf({ kind: "command", identity: () => name }, desired, { ...brings, traces: creates === undefined ? [] : [creates] });
}
