// A directory with an owner and a mode.
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { directoriesOf, parentsOf, resourceOf } from "./make.ts";

/** A directory: its owner and mode, never its content; or that there is none. */
export interface Directory {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly absent?: boolean;
}

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
  return resourceOf({ kind: "directory", identity: () => path }, desired, { ...brings, provides: [...made, ...provides], traces: [path] });
}
