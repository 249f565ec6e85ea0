// A local account.
import { sha256 } from "../lib/hash.ts";
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import { plainText, type TextInput, text } from "../model/text.ts";
import { given, resourceOf } from "./make.ts";
import { schema, type User } from "./user/desired.ts";
import { diff } from "./user/diff.ts";
import { probe, type UserActual } from "./user/probe.ts";
import { steps } from "./user/steps.ts";

export const userKind: Kind<User, UserActual, "shell"> = {
  kind: "user",
  summary: "A local account: number, groups, home, shell and password hash, where they matter.",
  schema,
  via: ["shell"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  absent: ({ name }) => ({ name, absent: true }),
  restore,
};

/** What `user` takes. `password` is a crypt(3) hash, never the password itself; `groups` are ensured, others are left alone. */
export interface UserOptions extends ResourceOptions {
  readonly name: string;
  readonly uid?: number;
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly shell?: string;
  readonly home?: string;
  readonly system?: boolean;
  readonly comment?: string;
  readonly password?: TextInput;
  readonly absent?: boolean;
}

/** An account. What is not given is left as it is; a new one gets useradd's defaults and, without `group`, a group of its own name. */
export function user(options: UserOptions): Resource<User> {
  const { name, uid, group, groups, shell, home, system, comment, password, absent, provides = [], exclusive } = options;
  const ensured = groups === undefined ? undefined : [...new Set(groups)].sort();
  const hash = password === undefined ? undefined : text(password);
  const desired = { name, ...given({ uid, group, groups: ensured, shell, home, system, comment, password: hash, absent }) } as User;
  const made: readonly Capability[] = absent === true ? [] : [`user:${name}`, `group:${group ?? name}`];
  return resourceOf(userKind, desired, { ...given({ exclusive }), provides: [...made, ...provides], traces: ["/etc/passwd"] });
}

function restore(desired: User, before: Found<UserActual>): User | Irreversible {
  const { name, password } = desired;
  if (before.found === "absent") return { name, absent: true };
  if (before.found !== "present") return { irreversible: `the account ${name} was not known before` };
  if (desired.absent === true) return { irreversible: `the old password and groups of ${name} were not kept` };
  const { passwordSha256, ...kept } = before.actual;
  const plain = password === undefined ? undefined : plainText(password);
  if (password === undefined || (plain !== undefined && sha256(plain) === passwordSha256)) return { name, ...kept };
  return { irreversible: `the old password hash of ${name} was not kept` };
}
