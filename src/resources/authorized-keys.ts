// The public keys that may log in as an account.
import { type Change, change, type Found, type Irreversible, type Kind, type Known } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type AuthorizedKeys, schema } from "./authorized-keys/desired.ts";
import { type AuthorizedKeysActual, probe, wantedKeys } from "./authorized-keys/probe.ts";
import { steps } from "./authorized-keys/steps.ts";
import { given, resourceOf } from "./make.ts";

export const authorizedKeysKind: Kind<AuthorizedKeys, AuthorizedKeysActual, "shell"> = {
  kind: "authorized-keys",
  summary: "The public keys that may log in as an account.",
  schema,
  via: ["shell"],
  identity: ({ user }) => user,
  probe,
  diff,
  steps,
  absent: ({ user, keys }) => ({ user, keys, absent: true }),
  members: {
    of: ({ user, keys, ...rest }) => new Map(wantedKeys({ user, keys }).map(({ id, line }) => [`${user} ${id}`, { ...rest, user, keys: [line] }])),
    join: ([first, ...more]) => ({ ...first, keys: [first, ...more].flatMap(({ keys }) => keys) }),
  },
  restore,
  accountsFor: ({ user, keys }) => keys.flatMap((line) => line.match(/AAAA[A-Za-z0-9+/=]+/) ?? []).map((blob) => ({ sort: "key", name: `${user} ${blob}` })),
};

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
  return resourceOf(authorizedKeysKind, { user, keys, ...given({ exclusive }) } as AuthorizedKeys, brings);
}

/** One property a key, named by its fingerprint; the value is the key with its options, without the blob. */
function diff(desired: AuthorizedKeys, found: Known<AuthorizedKeysActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : { keys: {}, open: false };
  const wanted = wantedKeys(desired);
  const there = (id: string): string | undefined => (Object.hasOwn(actual.keys, id) ? actual.keys[id] : undefined);
  if (desired.absent === true) return wanted.filter(({ id }) => there(id) !== undefined).map(({ id }) => removed(id, there(id)));
  const missing = wanted
    .filter(({ id, options }) => there(id) !== options)
    .map(({ id, options, type }) => change(`key:${id}`, { before: shown(there(id)), after: shown(options), note: type }));
  const foreign = Object.keys(actual.keys).filter((id) => wanted.every((key) => key.id !== id));
  const mode = actual.open ? [change("open", { before: true, after: false, note: "others may write the file" })] : [];
  return [...missing, ...foreign.map((id) => removed(id, there(id))), ...mode];
}

function removed(id: string, options: string | undefined): Change {
  return change(`key:${id}`, { before: shown(options), after: null, risk: "connectivity", note: "whoever logs in with it is locked out" });
}

function shown(options: string | undefined): string | null {
  if (options === undefined) return null;
  return options === "" ? "allowed" : `allowed, ${options}`;
}

function restore(desired: AuthorizedKeys, before: Found<AuthorizedKeysActual>): AuthorizedKeys | Irreversible {
  const { user } = desired;
  if (before.found !== "absent" && before.found !== "present") return { irreversible: `the keys of ${user} were not known before` };
  if (desired.exclusive === true) return { irreversible: `the other keys of ${user} were not kept` };
  const had = before.found === "present" ? before.actual.keys : {};
  const added = wantedKeys(desired).filter(({ id }) => !Object.hasOwn(had, id));
  const changed = wantedKeys(desired).some(({ id, options }) => Object.hasOwn(had, id) && had[id] !== options);
  if (desired.absent === true) return { user, keys: desired.keys };
  return changed ? { irreversible: `the old options of the keys of ${user} were not kept` } : { user, keys: added.map(({ line }) => line), absent: true };
}
