// An account's authorized_keys with everything that decides whether it may be trusted. All accounts in one read.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

/** `foreign`: `~/.ssh` or the file is a link, no regular file, or belongs to somebody else; `which` is its path. */
export type KeysSeen =
  | { readonly seen: "no-user" }
  | { readonly seen: "no-home"; readonly home: string }
  | { readonly seen: "foreign"; readonly which: string }
  | { readonly seen: "absent" }
  | { readonly seen: "there"; readonly mode: string; readonly text: string };

export const authorizedKeysRead: Read<string, KeysSeen> = {
  name: "authorized-keys",
  args: (user) => [user],
  parse: (output, queries) =>
    queries.map((_, index) =>
      seenIn(
        output.split("\n").map((line) => line.split(" ")),
        String(index),
      ),
    ),
  script: `
LC_ALL=C; export LC_ALL
index=-1
entry() {
  if command -v getent >/dev/null; then getent passwd "$1"; else
    while IFS= read -r line; do case $line in "$1:"*) printf '%s\\n' "$line" ;; esac; done < /etc/passwd
  fi
}
say() { printf '%s' "$index $1"; printf ' %s' "$(printf %s "$2" | base64 | tr -d '\\n')" "$3"; echo; }
for user in "$@"; do
  index=$((index + 1))
  account=$(entry "$user") && [ -n "$account" ] || { say no-user; continue; }
  uid=$(printf '%s\\n' "$account" | cut -d: -f3)
  home=$(printf '%s\\n' "$account" | cut -d: -f6)
  [ -d "$home" ] || { say no-home "$home"; continue; }
  keys=$home/.ssh/authorized_keys
  if [ -L "$home/.ssh" ]; then say foreign "$home/.ssh"; continue; fi
  if [ ! -e "$home/.ssh" ]; then say absent; continue; fi
  if [ ! -d "$home/.ssh" ] || [ "$(stat -c %u -- "$home/.ssh")" != "$uid" ]; then say foreign "$home/.ssh"; continue; fi
  if [ -L "$keys" ]; then say foreign "$keys"; continue; fi
  if [ ! -e "$keys" ]; then say absent; continue; fi
  if [ ! -f "$keys" ] || [ "$(stat -c %u -- "$keys")" != "$uid" ]; then say foreign "$keys"; continue; fi
  say there "$(head -c 1000000 < "$keys")" "$(stat -c %a -- "$keys")"
done
`,
};

function seenIn(lines: readonly (readonly string[])[], index: string): KeysSeen {
  const [, seen, encoded = "", mode = ""] = lines.find((line) => line[0] === index) ?? [];
  const text = Buffer.from(encoded, "base64").toString("utf8");
  switch (seen) {
    case "no-user":
    case "absent":
      return { seen };
    case "no-home":
      return { seen, home: text };
    case "foreign":
      return { seen, which: text };
    case "there":
      return { seen, text, mode: mode.padStart(4, "0") };
    default:
      throw new ProblemError({ code: "unknown", message: "reading authorized_keys: no answer" });
  }
}
