// How authorized_keys gets its keys: written by the account itself, so that no link in its home can lead root astray.
import type { Change, Known } from "../../model/kind.ts";
import type { Step } from "../../model/step.ts";
import type { AuthorizedKeys } from "./desired.ts";
import { type AuthorizedKeysActual, wantedKeys } from "./probe.ts";

export function steps(desired: AuthorizedKeys, _found: Known<AuthorizedKeysActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const { user, exclusive, absent } = desired;
  const keys = wantedKeys(desired);
  const lines = absent === true ? [] : keys.map(({ line }) => `${line}\n`);
  const replaced = exclusive === true && absent !== true ? ["all"] : ["these", ...keys.map(({ blob }) => blob)];
  return [{ do: "run", title: `set the keys of ${user}`, script: asUserScript, args: [keysScript, user, ...replaced], stdin: [lines.join("")] }];
}

// setpriv(1) changes only the ids; runuser(1) needs no password either. Both are in util-linux.
const asUserScript = `
script=$1 user=$2; shift 2
home=$(getent passwd "$user" | cut -d: -f6)
if [ "$(id -un)" = "$user" ]; then exec sh -c "$script" sh "$home" "$@"; fi
if command -v setpriv >/dev/null; then
  exec setpriv "--reuid=$user" "--regid=$(id -g -- "$user")" --init-groups sh -c "$script" sh "$home" "$@"
fi
exec runuser -u "$user" -- sh -c "$script" sh "$home" "$@"
`;

// Lines with one of these keys go, the new ones come last, everything else stays as it is.
const keysScript = `
umask 077
cd -- "$1" || exit
which=$2; shift 2
if [ -L .ssh ]; then echo "~/.ssh is a symbolic link"; exit 1; fi
[ -d .ssh ] || mkdir .ssh || exit
cd .ssh || exit
if [ -L authorized_keys ]; then echo "~/.ssh/authorized_keys is a symbolic link"; exit 1; fi
new=$(mktemp .hlx-XXXXXX) || exit
trap 'rm -f -- "$new"' EXIT
drops() { for key in "$@"; do case "$line " in *" $key "*) return 0 ;; esac; done; return 1; }
if [ "$which" = these ] && [ -f authorized_keys ]; then
  while IFS= read -r line || [ -n "$line" ]; do
    drops "$@" || printf '%s\\n' "$line"
  done < authorized_keys > "$new" || exit
fi
cat >> "$new" && chmod 0600 "$new" && mv -f -- "$new" authorized_keys
`;
