// What is at a path: type, owner, mode, hash, and the content where it differs from what is wanted. All paths in one read.

import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import { parentOf } from "../make.ts";

/** `unless`: fetch the content of a regular file whose SHA-256 is not this; undefined never fetches. */
export interface FileQuery {
  readonly path: string;
  readonly unless?: string;
}

export type FileType = "file" | "directory" | "symlink" | "other";

/** By lstat(2). `mode` has four octal digits, `ctime` counts seconds since 1970; `content` is left out above `contentLimit` bytes. */
export interface Present {
  readonly seen: "there";
  readonly type: FileType;
  readonly mode: string;
  readonly uid: string;
  readonly gid: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly ctime: number;
  readonly sha256?: string;
  readonly content?: Uint8Array;
}

/** `denied`: a directory above it may not be searched. */
export type Seen = Present | { readonly seen: "absent" } | { readonly seen: "no-parent" } | { readonly seen: "denied" };

/** Files above so many bytes are not fetched. */
export const contentLimit = 262_144;

/** One stat and one sha256sum for all paths; base64 only for the files that differ. */
export const fileRead: Read<FileQuery, Seen> = {
  name: "files",
  args: ({ path, unless }) => [path, unless ?? "-", parentOf(path)],
  parse: (output, queries) => parse(output, queries.length),
  script: `
LC_ALL=C; export LC_ALL
there() { [ -e "$1" ] || [ -L "$1" ]; }
regular() { [ -f "$1" ] && [ ! -L "$1" ]; }
newline='
'
odd=
missing() {
  above=$1
  until [ -d "$above" ]; do above=\${above%/*}; [ -n "$above" ] || above=/; done
  if [ ! -x "$above" ]; then echo denied; elif [ "$above" = "$1" ]; then echo absent; else echo no-parent; fi
}
states() {
  index=0
  while [ $# -gt 0 ]; do
    case $1 in *"$newline"*) odd=1 ;; esac
    if there "$1"; then echo "p $index there"; else echo "p $index $(missing "$3")"; fi
    index=$((index + 1)); shift 3
  done
}
only() {
  what=$1 left=$((($# - 2) / 3)) then=$2; shift 2
  while [ $left -gt 0 ]; do
    path=$1; shift 3; left=$((left - 1))
    if "$what" "$path"; then set -- "$@" "$path"; fi
  done
  [ $# -eq 0 ] || "$then" "$@"
}
stats() {
  if lines=$(stat -c "$format" -- "$@" 2>/dev/null); then printf '%s\\n' "$lines"; return; fi
  for path in "$@"; do stat -c "$format" -- "$path" 2>/dev/null || echo 's -'; done
}
hashes() {
  if [ -z "$odd" ]; then
    sums=$(sha256sum -- "$@" 2>/dev/null | cut -c1-65)
    wanted=$#; set -f; counted() { [ $# -eq $wanted ]; }
    if counted $sums; then printf '%s\\n' "$sums"; return; fi
  fi
  for path in "$@"; do sum=$(sha256sum 2>/dev/null < "$path") || sum=-; printf '%s\\n' "\${sum%% *}"; done
}
contents() {
  index=0
  while [ $# -gt 0 ]; do
    if regular "$1"; then
      sum=\${sums%%"$newline"*}; sums=\${sums#*"$newline"}; sum=\${sum#\\\\}; sum=\${sum%% *}
      echo "h $index $sum"
      if [ "$2" != - ] && [ "$2" != "$sum" ] && command -v base64 >/dev/null; then
        echo "c $index $(head -c 262145 < "$1" | base64 | tr -d '\\n')"
      fi
    fi
    index=$((index + 1)); shift 3
  done
}
format='s %f %u %g %U %G %s %Z'
states "$@"
only there stats "$@"
sums=$(only regular hashes "$@")
contents "$@"
`,
};

function parse(output: string, count: number): readonly Seen[] {
  const lines = output.split("\n").map((line) => line.split(" "));
  const stats = lines.filter(([sort]) => sort === "s").values();
  const [hashes, contents] = [indexed(lines, "h"), indexed(lines, "c")];
  const seen = lines
    .filter(([sort]) => sort === "p")
    .map(([, index = "", state = ""]) => seenOf(state, { stats, hash: hashes.get(index), content: contents.get(index) }));
  if (seen.length !== count) throw garbled(`answers for ${seen.length} of ${count} paths`);
  return seen;
}

function indexed(lines: readonly (readonly string[])[], sort: string): ReadonlyMap<string, string> {
  return new Map(lines.filter((line) => line[0] === sort).map(([, index = "", value = ""]) => [index, value]));
}

interface Pieces {
  readonly stats: Iterator<readonly string[]>;
  readonly hash: string | undefined;
  readonly content: string | undefined;
}

function seenOf(state: string, { stats, hash, content }: Pieces): Seen {
  if (state === "absent" || state === "no-parent" || state === "denied") return { seen: state };
  const fields: readonly string[] = stats.next().value ?? [];
  if (fields[1] === "-") return { seen: "absent" };
  return { ...statOf(fields), ...hashOf(hash), ...contentOf(content) };
}

function statOf([, raw = "", uid = "", gid = "", owner = "", group = "", size = "", ctime = ""]: readonly string[]): Present {
  if (!/^[0-9a-f]{1,8}$/.test(raw) || ![uid, gid, size, ctime].every((digits) => /^[0-9]+$/.test(digits))) throw garbled("stat's answer has an unknown form");
  const bits = Number.parseInt(raw, 16);
  const mode = (bits & 0o7777).toString(8).padStart(4, "0");
  return { seen: "there", type: typeOf(bits), mode, uid, gid, owner: known(owner, uid), group: known(group, gid), size: Number(size), ctime: Number(ctime) };
}

// The file type bits of st_mode, inode(7).
const types: ReadonlyMap<number, FileType> = new Map([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
]);

function typeOf(bits: number): FileType {
  return types.get(bits & 0o170000) ?? "other";
}

function known(name: string, id: string): string {
  return name === "UNKNOWN" ? id : name;
}

function hashOf(hash: string | undefined): { readonly sha256?: string } {
  return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? { sha256: hash } : {};
}

function contentOf(content: string | undefined): { readonly content?: Uint8Array } {
  if (content === undefined) return {};
  const bytes = Buffer.from(content, "base64");
  return bytes.length > contentLimit ? {} : { content: bytes };
}

function garbled(what: string): ProblemError {
  return new ProblemError({ code: "unknown", message: `looking at paths: ${what}` });
}
