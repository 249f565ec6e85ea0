// A kind for tests of the engine: a named note on a simulated host.
import { sha256 } from "../lib/hash.ts";
import { type Ahead, absent, blocked, type Change, change, type Found, type Kind, type Known, present, type Risk } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Read } from "../model/ports/shell.ts";
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import type { Step } from "../model/step.ts";
import { type Text, type TextInput, text } from "../model/text.ts";

export interface Note {
  readonly name: string;
  readonly value: Text;
  /** A note that must be there before this one can be looked at. */
  readonly needs?: string;
  readonly risk?: Risk;
  /** Runs detached. */
  readonly long?: boolean;
  /** `note:NAME` of a note whose change makes this one stale. */
  readonly watch?: string;
  readonly absent?: boolean;
}

interface NoteActual {
  readonly value: string;
  readonly sha256: string;
}

export const noteKind: Kind<Note, NoteActual, "shell"> = {
  kind: "note",
  summary: "A note on a simulated host.",
  schema: {
    type: "object",
    required: ["name", "value"],
    additionalProperties: false,
    properties: {
      name: { type: "string" },
      value: { type: "array" },
      needs: { type: "string" },
      risk: { type: "string" },
      long: { type: "boolean" },
      watch: { type: "string" },
      absent: { type: "boolean" },
    },
  },
  via: ["shell"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore: ({ absent: _, ...desired }, before) => (before.found === "present" ? { ...desired, value: [before.actual.value] } : { ...desired, absent: true }),
};

const noteRead: Read<string, string> = { name: "note", script: "notes", args: (name) => [name], parse: (output) => [output] };

/** A note of this name and value; provides `note:NAME`. */
export function note(name: string, value: TextInput, options: Omit<Note, "name" | "value"> & ResourceOptions = {}): Resource<Note> {
  const { provides = [`note:${name}` as Capability], exclusive, ...rest } = options;
  return {
    kind: "note",
    desired: { name, value: text(value), ...rest },
    id: `note:${name}`,
    provides,
    traces: [],
    ...(exclusive === undefined ? {} : { exclusive }),
  };
}

async function probe({ name, needs }: Note, on: Pick<Readers, "shell">): Promise<Found<NoteActual>> {
  if (needs !== undefined && (await on.shell.ask(noteRead, needs)) === "") return blocked(`note:${needs}`, `there is no note ${needs}`);
  const value = await on.shell.ask(noteRead, name);
  return value === "" ? absent : present({ value, sha256: sha256(value) });
}

function diff(desired: Note, found: Known<NoteActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const { risk = "none", watch } = desired;
  if (desired.absent === true) return actual === undefined ? [] : [change("exists", { before: true, after: false, risk })];
  const wanted = ahead.digest(desired.value);
  const value = actual !== undefined && wanted === actual.sha256 ? [] : [change("value", { before: actual?.value, after: wanted, risk })];
  const stale = actual !== undefined && watch !== undefined && ahead.changing.has(watch);
  return stale ? [...value, change("loaded", { before: false, after: true, risk })] : value;
}

function steps({ name, value, absent: gone, long }: Note): readonly Step[] {
  const title = `${gone === true ? "remove" : "set"} ${name}`;
  if (gone === true) return [{ do: "run", title, script: "rm", args: ["rm", name] }];
  if (long === true) return [{ do: "detached", title, script: "set", args: ["set", name], stdin: value, deadlineMs: 1000 }];
  return [{ do: "run", title, script: "set", args: ["set", name], stdin: value }];
}
