// Owner, group and mode of a path: what is there, who is missing, and how they are set.
import { blocked, type Change, change, type Found } from "../model/kind.ts";
import type { ShellReader } from "../model/ports/shell.ts";
import type { Problem } from "../model/problem.ts";
import type { Run } from "../model/step.ts";
import { parentOf } from "./make.ts";
import { accountOf, groupOf } from "./reads/accounts.ts";
import type { Present } from "./reads/files.ts";

export interface Ownership {
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** Blocked on the account or group that a path should belong to, or undefined when both are there. Numbers and root need nobody. */
export async function missingOwner({ owner, group }: Ownership, shell: ShellReader): Promise<Extract<Found<never>, { found: "blocked" }> | undefined> {
  const [account, owners] = await Promise.all([isAlwaysThere(owner) ? owner : accountOf(owner, shell), isAlwaysThere(group) ? group : groupOf(group, shell)]);
  if (account === undefined) return blocked(`user:${owner}`, `no user ${owner} on this host`);
  return owners === undefined ? blocked(`group:${group}`, `no group ${group} on this host`) : undefined;
}

function isAlwaysThere(name: string): boolean {
  return name === "root" || /^[0-9]+$/.test(name);
}

/** Blocked on the folder of a path. */
export function missingParent(path: string): Extract<Found<never>, { found: "blocked" }> {
  return blocked(`directory:${parentOf(path)}`, `no directory ${parentOf(path)} on this host`);
}

/** Why a path that may not be looked at is unknown. */
export function denied(path: string): Problem {
  return { code: "privilege", message: `looking at ${path}: permission denied`, hint: "let hlx become root on this host" };
}

/** Owner and group spelled as desired: by number where a number is desired. */
export function ownershipOf(seen: Present, desired: Ownership): Ownership {
  return { mode: seen.mode, owner: spelled(desired.owner, seen.owner, seen.uid), group: spelled(desired.group, seen.group, seen.gid) };
}

function spelled(desired: string, name: string, id: string): string {
  return /^[0-9]+$/.test(desired) ? id : name;
}

/** On one line: `0640 root:_kea`. */
export function accessSaid({ mode, owner, group }: Ownership): string {
  return `${mode} ${owner}:${group}`;
}

/** Changes of mode, owner and group; `actual` undefined is a path that is not there yet. */
export function ownershipChanges(desired: Ownership, actual: Partial<Ownership> | undefined): readonly Change[] {
  return (["mode", "owner", "group"] as const)
    .filter((property) => actual?.[property] !== desired[property])
    .map((property) => change(property, { before: actual?.[property] ?? null, after: desired[property] }));
}

/** Sets owner, group and mode of what is there, never through a link. Five octal digits clear set-id bits of directories, too (chmod(1)). */
export function own(path: string, { owner, group, mode }: Ownership): Run {
  return { do: "run", title: `set owner and mode of ${path}`, script: ownScript, args: [path, `${owner}:${group}`, `0${mode}`] };
}

const ownScript = `
if [ -L "$1" ]; then echo "$1 is a symbolic link"; exit 1; fi
chown -- "$2" "$1" && chmod -- "$3" "$1"
`;
