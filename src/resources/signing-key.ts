// The key that a repository of packages is signed with: fetched once, and kept only when it is the one that is pinned.
import type { Resource } from "../model/resource.ts";
import type { Command } from "./command/desired.ts";
import { command } from "./command.ts";

export interface SigningKeyOptions {
  /** Of the command: "Docker's signing key". */
  readonly name: string;
  /** What `signed-by` names; its folder must be there. */
  readonly keyring: string;
  /** https, http or file: what comes from there is believed only when its fingerprint is the right one. */
  readonly url: string;
  /** 40 hexadecimal digits, capitals. */
  readonly fingerprint: string;
}

/** Fetches the key where the keyring is not there yet. Needs curl and gpg on the host. */
export function signingKey({ name, keyring, url, fingerprint }: SigningKeyOptions): Resource<Command> {
  return command({ name, script: fetchKey, args: [fingerprint, keyring, url], creates: keyring });
}

// It must be the only key in the file, too.
const fetchKey = `staged=$2.hlx; trap 'rm -f "$staged"' EXIT
curl -fsSL --proto =https,http,file -o "$staged" -- "$3" || { echo "the key could not be fetched from $3"; exit 1; }
found=$(gpg --batch --show-keys --with-colons "$staged" | awk -F: '$1 == "pub" { key = 1; next } key && $1 == "fpr" { print $10; key = 0 }')
if [ "$found" != "$1" ]; then echo "the key at $3 is $found, not $1"; exit 1; fi
chmod 0644 "$staged" && mv -f "$staged" "$2"`;
