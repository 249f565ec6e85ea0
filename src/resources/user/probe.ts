// Looks at an account: only what is desired of it.
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { ShellReader } from "../../model/ports/shell.ts";
import { given } from "../make.ts";
import { type Account, accountOf, groupOf, passwordHashOf } from "../reads/accounts.ts";
import type { User } from "./desired.ts";

/** `groups`: which of the desired ones it is in. `passwordSha256`: of the crypt(3) hash, which itself never leaves the host. */
export interface UserActual {
  readonly uid?: number;
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly shell?: string;
  readonly home?: string;
  readonly comment?: string;
  readonly passwordSha256?: string;
}

export async function probe(desired: User, on: Pick<Readers, "shell">): Promise<Found<UserActual>> {
  const { name, absent: gone, password } = desired;
  const [account, members, hash] = await Promise.all([
    accountOf(name, on.shell),
    gone === true ? new Map() : membersOf(neededGroups(desired), on.shell),
    password === undefined || gone === true ? undefined : passwordHashOf(name, on.shell),
  ]);
  const missing = [...members].find(([, who]) => who === undefined);
  if (missing !== undefined) return blocked(`group:${missing[0]}`, `no group ${missing[0]} on this host`);
  if (account === undefined) return absent;
  return present(gone === true ? {} : actualOf(desired, account, { members, hash }));
}

function neededGroups({ name, group, groups = [] }: User): readonly string[] {
  return [...(group === undefined || group === name ? [] : [group]), ...groups];
}

type Members = ReadonlyMap<string, readonly string[] | undefined>;

async function membersOf(groups: readonly string[], shell: ShellReader): Promise<Members> {
  return new Map(await Promise.all(groups.map(async (name) => [name, (await groupOf(name, shell))?.members] as const)));
}

function actualOf(desired: User, account: Account, { members, hash }: { readonly members: Members; readonly hash: string | undefined }): UserActual {
  const asked = <Value>(wanted: unknown, value: Value): Value | undefined => (wanted === undefined ? undefined : value);
  const joined = desired.groups?.filter((group) => account.group === group || members.get(group)?.includes(desired.name) === true);
  return given({
    uid: asked(desired.uid, account.uid),
    group: asked(desired.group, account.group),
    groups: joined,
    shell: asked(desired.shell, account.shell),
    home: asked(desired.home, account.home),
    comment: asked(desired.comment, account.comment),
    passwordSha256: hash,
  }) as UserActual;
}
