// Looks at an account's authorized_keys.
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { authorizedKeysRead } from "../reads/authorized-keys.ts";
import type { AuthorizedKeys } from "./desired.ts";
import { type KeyLine, keyLineOf } from "./line.ts";

/** Options by key; foreign keys only where they should go. `open`: others may write the file, so sshd ignores it. */
export interface AuthorizedKeysActual {
  readonly keys: Readonly<Record<string, string>>;
  readonly open: boolean;
}

export async function probe(desired: AuthorizedKeys, on: Pick<Readers, "shell">): Promise<Found<AuthorizedKeysActual>> {
  const { user } = desired;
  const seen = await on.shell.ask(authorizedKeysRead, user);
  switch (seen.seen) {
    case "no-user":
      return desired.absent === true ? absent : blocked(`user:${user}`, `no user ${user} on this host`);
    case "no-home":
      return desired.absent === true ? absent : blocked(`directory:${seen.home}`, `the home of ${user}, ${seen.home}, is not there`);
    case "foreign":
      return refused(user, seen.which);
    case "absent":
      return absent;
    case "there":
      return foundIn(listed(desired, seen.text), /[2367][0-7]$|[2367]$/.test(seen.mode));
  }
}

// A file without any key that matters is as good as none.
function foundIn(keys: AuthorizedKeysActual["keys"], open: boolean): Found<AuthorizedKeysActual> {
  return Object.keys(keys).length === 0 && !open ? absent : present({ keys, open });
}

function refused(user: string, which: string): Found<never> {
  const message = `looking at the keys of ${user}: ${which} is a link or does not belong to ${user}`;
  return {
    found: "unknown",
    because: { code: "trust", message, hint: `make it a plain ${which.endsWith("/.ssh") ? "directory" : "file"} of ${user}, or move it away` },
  };
}

function listed(desired: AuthorizedKeys, text: string): Readonly<Record<string, string>> {
  const wanted = new Set(wantedKeys(desired).map(({ id }) => id));
  const lines = text.split("\n").flatMap((line) => keyLineOf(line) ?? []);
  const counted = desired.exclusive === true ? lines : lines.filter(({ id }) => wanted.has(id));
  return Object.fromEntries(counted.map(({ id, options }) => [id, options]));
}

/** The desired keys, each once; what the schema let through but is no key is left out. */
export function wantedKeys({ keys }: AuthorizedKeys): readonly KeyLine[] {
  return [...new Map(keys.flatMap((line) => keyLineOf(line) ?? []).map((key) => [key.blob, key])).values()];
}
