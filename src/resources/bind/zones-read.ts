// Zones as BIND serves them and as their files are, and what hlx owns in them. All zones of a host in one read.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import { parseZone, type ZoneData } from "./zone-text.ts";

export interface ZoneQuery {
  readonly zone: string;
  readonly view?: string;
  /** The zone's own file. */
  readonly file: string;
  /** A file with the TSIG key that may transfer the zone. */
  readonly key: string;
}

/**
 * `down`: nothing answers rndc. `none`: the running configuration has no such zone. `unloaded`: it has, but could not load it.
 * `dynamic` and `frozen` as in rndc's zonestatus; `own`: it is loaded from the zone's own file.
 */
export type ZoneStatus =
  | { readonly status: "down" | "none" | "unloaded" }
  | {
      readonly status: "loaded";
      readonly own: boolean;
      readonly serial: number | undefined;
      readonly dynamic: boolean;
      readonly frozen: boolean;
      readonly inline: boolean;
    };

export interface ZoneSeen {
  readonly status: ZoneStatus;
  /** By transfer from the running server. */
  readonly live?: ZoneData;
  /** The zone's own file (with its journal, where it is dynamic). */
  readonly file: { readonly seen: "absent" } | { readonly seen: "there"; readonly access: string; readonly journal: boolean; readonly data?: ZoneData };
  /** The file that the server loaded the zone from, where that is another one and no transfer was had. */
  readonly other?: ZoneData;
  /** `NAME TYPE` of what hlx has put into a dynamic zone. */
  readonly owned?: readonly string[];
}

/** Undefined when BIND's tools are not there. */
export const zonesRead: Read<ZoneQuery, ZoneSeen | undefined> = {
  name: "bind-zones",
  args: ({ zone, view, file, key }) => [zone, view ?? "", file, key],
  parse: (output, queries) => parse(output, queries),
  script: `
LC_ALL=C; export LC_ALL
for tool in rndc dig named-compilezone nsupdate; do
  command -v "$tool" >/dev/null || { echo missing; exit 0; }
done
echo tools
marked() { sed "s/^/$1 /"; }
index=0
while [ $# -gt 0 ]; do
  zone=$1 view=$2 file=$3 key=$4; shift 4
  echo "zone $index"; index=$((index + 1))
  status=$(rndc zonestatus "$zone" \${view:+IN "$view"} 2>&1)
  printf '%s\\n' "$status" | marked s
  live=
  case $status in
    *'serial: '*)
      if [ -r "$key" ]; then live=$(dig -k "$key" @127.0.0.1 "$zone" AXFR +noall +answer +onesoa +nosplit +time=10 +tries=1 2>/dev/null); fi
      printf '%s\\n' "$live" | marked a
      ;;
  esac
  if [ -f "$file" ]; then
    stat -c 'f %a %U:%G' -- "$file"
    journal=
    if [ -e "$file.jnl" ]; then echo j; journal=-j; fi
    named-compilezone -q $journal -i none -k ignore -n ignore -o - "$zone" "$file" 2>/dev/null | marked c
  fi
  other=$(printf '%s\\n' "$status" | sed -n 's/^files: //p')
  case $live in
    *SOA*) ;;
    *) if [ -n "$other" ] && [ "$other" != "$file" ] && [ -f "$other" ]; then named-compilezone -q -j -i none -k ignore -n ignore -o - "$zone" "$other" 2>/dev/null | marked o; fi ;;
  esac
  if [ -f "/var/lib/hlx/bind/\${file##*/}.owned" ]; then echo k; marked k < "/var/lib/hlx/bind/\${file##*/}.owned"; fi
done
`,
};

/** Where hlx keeps what it has put into the dynamic zone of this file. */
export function ownedPath(file: string): string {
  return `/var/lib/hlx/bind/${file.slice(file.lastIndexOf("/") + 1)}.owned`;
}

function parse(output: string, queries: readonly ZoneQuery[]): readonly (ZoneSeen | undefined)[] {
  const lines = output.split("\n");
  if (lines[0] === "missing") return queries.map(() => undefined);
  const starts = lines.flatMap((line, index) => (/^zone \d+$/.test(line) ? [index] : []));
  if (lines[0] !== "tools" || starts.length !== queries.length)
    throw new ProblemError({ code: "unknown", message: `reading zones: the host answered for ${starts.length} of ${queries.length}` });
  return queries.map((query, index) => seenOf(query, lines.slice(starts[index], starts[index + 1])));
}

function seenOf(query: ZoneQuery, lines: readonly string[]): ZoneSeen {
  const marked = (mark: string): readonly string[] => lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(2));
  const [live, compiled, other] = ["a", "c", "o"].map((mark) => parseZone(marked(mark), query.zone));
  const access = marked("f")[0];
  const file = { seen: "there", access: access ?? "", journal: lines.includes("j"), ...(compiled && { data: compiled }) } as const;
  return {
    status: statusOf(marked("s"), query.file),
    ...(live && { live }),
    file: access === undefined ? { seen: "absent" } : file,
    ...(other && { other }),
    ...(lines.includes("k") && { owned: marked("k").filter((line) => line !== "") }),
  };
}

// As rndc of BIND 9.18 and 9.20 says it.
function statusOf(lines: readonly string[], file: string): ZoneStatus {
  const field = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const serial = field("serial");
  if (serial !== undefined) {
    const [dynamic, frozen] = [field("dynamic") === "yes", field("frozen") === "yes"];
    const known = /^\d{1,10}$/.test(serial) ? Number(serial) : undefined;
    return { status: "loaded", own: field("files") === file, serial: known, dynamic, frozen, inline: field("inline signing") === "yes" };
  }
  const said = lines.join("\n");
  if (said.includes("zone not loaded")) return { status: "unloaded" };
  return { status: said.includes("not found") || said.includes("no matching zone") ? "none" : "down" };
}
