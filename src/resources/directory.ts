// A directory with an owner and a mode.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { directoriesOf, modePattern, ownerPattern, parentsOf, pathPattern, resourceOf } from "./make.ts";
import { denied, missingOwner, type Ownership, own, ownershipChanges, ownershipOf } from "./ownership.ts";
import { fileRead } from "./reads/files.ts";

/** A directory: its owner and mode, never its content; or that there is none. */
export interface Directory {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly absent?: boolean;
}

export type DirectoryActual = Ownership & { readonly type: "directory" };

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["path", "mode", "owner", "group"],
  properties: {
    path: {
      type: "string",
      pattern: pathPattern,
      description: "Where: an absolute path in its shortest spelling. Missing folders above it are made, too (0755, root).",
    },
    mode: { type: "string", pattern: modePattern, description: "Four octal digits. Default 0755." },
    owner: { type: "string", pattern: ownerPattern, description: "A user, by name or number. Default root." },
    group: { type: "string", pattern: ownerPattern, description: "A group, by name or number. Default root." },
    absent: { type: "boolean", description: "Remove the directory when it is empty; one with something in it is left alone and fails." },
  },
};

export const directoryKind: Kind<Directory, DirectoryActual, "shell"> = {
  kind: "directory",
  summary: "A directory: its owner and mode, never what is in it.",
  schema,
  via: ["shell"],
  identity: ({ path }) => path,
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface DirectoryOptions extends ResourceOptions {
  readonly path: string;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly absent?: boolean;
}

/** A directory, and those above it where they are missing (0755, root). Default mode 0755, owner and group root. */
export function directory(options: DirectoryOptions): Resource<Directory> {
  const { path, mode = "0755", owner = "root", group = "root", absent, provides = [], ...brings } = options;
  const desired: Directory = { path, mode, owner, group, ...(absent === true ? { absent } : {}) };
  const made = absent === true ? [] : directoriesOf([path, ...parentsOf(path)]);
  return resourceOf(directoryKind, desired, { ...brings, provides: [...made, ...provides], traces: [path] });
}

async function probe(desired: Directory, on: Pick<Readers, "shell">): Promise<Found<DirectoryActual>> {
  const [seen, blockedOn] = await Promise.all([
    on.shell.ask(fileRead, { path: desired.path }),
    desired.absent === true ? undefined : missingOwner(desired, on.shell),
  ]);
  if (seen.seen === "denied") return { found: "unknown", because: denied(desired.path) };
  if (blockedOn !== undefined) return blockedOn;
  if (seen.seen !== "there") return absent;
  if (seen.type !== "directory") return inTheWay(desired.path, seen.type === "symlink" ? "a symbolic link" : "no directory");
  return present({ type: "directory", ...ownershipOf(seen, desired) });
}

function inTheWay(path: string, what: string): Found<never> {
  return {
    found: "unknown",
    because: { code: "unknown", message: `looking at the directory ${path}: it is ${what}`, hint: "name the directory it points to, or move it away by hand" },
  };
}

function diff(desired: Directory, found: Known<DirectoryActual>): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [change("type", { before: "directory", after: null, note: "only when it is empty" })];
  const made = found.found === "absent" ? [change("type", { before: null, after: "directory" })] : [];
  return [...made, ...ownershipChanges(desired, found.found === "present" ? found.actual : undefined)];
}

function steps(desired: Directory, _found: Known<DirectoryActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const { path } = desired;
  if (changes.length === 0) return [];
  if (desired.absent === true) return [{ do: "run", title: `remove ${path}`, script: 'rmdir -- "$1"', args: [path] }];
  const made = changes.some(({ property }) => property === "type");
  return made ? [{ do: "run", title: `make ${path}`, script: makeScript, args: [path] }, own(path, desired)] : [own(path, desired)];
}

// Nobody else gets in before owner and mode are set; those above it are for everybody to pass.
const makeScript = `
umask 022
mkdir -p -- "\${1%/*}/" && { mkdir -m 0700 -- "$1" || [ -d "$1" ]; }
`;

function restore(desired: Directory, before: Found<DirectoryActual>): Directory | Irreversible {
  const { path } = desired;
  if (before.found === "absent") return { ...desired, absent: true };
  if (before.found !== "present") return { irreversible: `${path} was not known before` };
  const { mode, owner, group } = before.actual;
  return { path, mode, owner, group };
}
