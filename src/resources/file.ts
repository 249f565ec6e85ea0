// A file with a given content, owner and mode.
import { sha256 } from "../lib/hash.ts";
import type { Found, Irreversible, Kind, PreImages } from "../model/kind.ts";
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import { hasSecret, plainText, type TextInput, text } from "../model/text.ts";
import { type File, schema } from "./file/desired.ts";
import { diff } from "./file/diff.ts";
import { type FileActual, probe } from "./file/probe.ts";
import { steps } from "./file/steps.ts";
import { resourceOf } from "./make.ts";
import { unitOf } from "./unit-of.ts";

export const fileKind: Kind<File, FileActual, "shell"> = {
  kind: "file",
  summary: "A regular file: its whole content, owner and mode.",
  schema,
  via: ["shell"],
  identity: ({ path }) => path,
  probe,
  diff,
  steps,
  // A file that goes needs no secret any more.
  absent: ({ path, content, mode, owner, group }) => ({ path, content: hasSecret(content) ? [] : content, mode, owner, group, absent: true }),
  restore,
  accountsFor: ({ path }) => [{ sort: "cron", name: path }],
};

/** What `file` takes. `validate` runs on the staged file (`%s`) before it replaces the old one; `guard` checks the installed whole, and the old file comes back when it fails. */
export interface FileOptions extends ResourceOptions {
  readonly path: string;
  readonly content?: TextInput;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly validate?: readonly string[];
  readonly guard?: readonly string[] | { readonly argv: readonly string[] };
  readonly absent?: boolean;
}

/** A file. Default mode 0644, owner and group root. A unit file below /etc/systemd/system provides its unit. */
export function file(options: FileOptions): Resource<File> {
  const { path, content, mode = "0644", owner = "root", group = "root", validate, guard, absent, provides = [], ...brings } = options;
  const common = { path, content: text(content ?? ""), mode, owner, group };
  const checks = { ...(validate === undefined ? {} : { validate }), ...(guard === undefined ? {} : { guard: "argv" in guard ? guard.argv : guard }) };
  const desired: File = absent === true ? { ...common, absent } : { ...common, ...checks };
  return resourceOf(fileKind, desired, { ...brings, provides: [...(absent === true ? [] : unitIn(path)), ...provides], traces: [path] });
}

function unitIn(path: string): readonly Capability[] {
  const unit = /^\/etc\/systemd\/system\/([^/]+\.(?:service|socket|timer|path|mount|automount|target))$/.exec(path)?.[1];
  return unit === undefined ? [] : [unitOf(unit)];
}

function restore(desired: File, before: Found<FileActual>, pre: PreImages): File | Irreversible {
  const { path, content } = desired;
  if (before.found === "absent") return { path, content, mode: desired.mode, owner: desired.owner, group: desired.group, absent: true };
  if (before.found !== "present" || before.actual.type !== "file") return { irreversible: `${path} was no regular file before` };
  const { sha256: hash, mode, owner, group } = before.actual;
  const old = oldContent(desired, hash, pre);
  return old === undefined ? { irreversible: `no copy of the old ${path} was kept`, copyOf: path } : { path, content: old, mode, owner, group };
}

// The kept copy, or the desired content when that is what was there.
function oldContent({ path, content }: File, hash: string, pre: PreImages): File["content"] | undefined {
  const kept = pre.get(path);
  if (kept !== undefined && kept.sha256 === hash && sha256(kept.content) === hash) return [kept.content];
  const plain = plainText(content);
  return plain !== undefined && sha256(plain) === hash ? content : undefined;
}
