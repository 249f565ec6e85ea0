// The public keys that may log in as an account.
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { AuthorizedKeys } from "./authorized-keys/desired.ts";
import { given, resourceOf } from "./make.ts";

/** `exclusive` here is about the keys, not a lock over hosts. */
export interface AuthorizedKeysOptions extends Omit<ResourceOptions, "exclusive"> {
  readonly user: string;
  /** Lines of an authorized_keys file: `[options] type base64 [comment]`. */
  readonly keys: readonly string[];
  /** Remove every other key. Default false. */
  readonly exclusive?: boolean;
}

/** Keys in `~/.ssh/authorized_keys` of an account. */
export function authorizedKeys(options: AuthorizedKeysOptions): Resource<AuthorizedKeys> {
  const { user, keys, exclusive, ...brings } = options;
  return resourceOf({ kind: "authorized-keys", identity: () => user }, { user, keys, ...given({ exclusive }) } as AuthorizedKeys, brings);
}
