// A local account.
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import { type TextInput, text } from "../model/text.ts";
import { given, resourceOf } from "./make.ts";
import type { User } from "./user/desired.ts";

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
  return resourceOf({ kind: "user", identity: () => name }, desired, { ...given({ exclusive }), provides: [...made, ...provides], traces: ["/etc/passwd"] });
}
