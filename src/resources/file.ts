// A file with a given content, owner and mode.
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type TextInput, text } from "../model/text.ts";
import type { File } from "./file/desired.ts";
import { resourceOf } from "./make.ts";

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

/** A file. Default mode 0644, owner and group root. */
export function file(options: FileOptions): Resource<File> {
  const { path, content, mode = "0644", owner = "root", group = "root", validate, guard, absent, ...brings } = options;
  const common = { path, content: text(content ?? ""), mode, owner, group };
  const checks = { ...(validate === undefined ? {} : { validate }), ...(guard === undefined ? {} : { guard: "argv" in guard ? guard.argv : guard }) };
  const desired: File = absent === true ? { ...common, absent } : { ...common, ...checks };
  return resourceOf({ kind: "file", identity: () => path }, desired, { ...brings, traces: [path] });
}
