// The package database: which are installed, held or half-configured, and what apt would install. All names in one read.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

/** One package; `broken` names every package of the host that dpkg left half-way. */
export interface PackageSeen {
  readonly installed: boolean;
  readonly held: boolean;
  readonly version?: string;
  readonly candidate?: string;
  readonly broken: readonly string[];
}

/** One dpkg-query for everything; apt-cache only when a name is not installed, and without the cache files that it would write. */
export const packageRead: Read<string, PackageSeen> = {
  name: "packages",
  args: (name) => [name],
  parse,
  script: `
LC_ALL=C; export LC_ALL
command -v dpkg-query >/dev/null || { echo none; exit 0; }
echo dpkg
format='\${binary:Package} \${Package} \${db:Status-Want} \${db:Status-Eflag} \${db:Status-Status} \${Version}\\n'
installed=$(dpkg-query -W -f "q $format" -- "$@" 2>/dev/null)
printf '%s\\n' "$installed"
dpkg-query -W -f "b $format" 2>/dev/null | grep -E ' (half-installed|unpacked|half-configured) | reinstreq '
missing=
for name in "$@"; do
  case $installed in *" $name install ok installed "* | *" $name hold ok installed "*) ;; *) missing="$missing $name" ;; esac
done
set -f
[ -z "$missing" ] || ! command -v apt-cache >/dev/null || apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy -- $missing 2>/dev/null
`,
};

interface Row {
  readonly names: readonly string[];
  readonly want: string;
  readonly status: string;
  readonly version: string;
}

function parse(output: string, queries: readonly string[]): readonly PackageSeen[] {
  const lines = output.split("\n");
  if (lines[0] !== "dpkg")
    throw new ProblemError({ code: "missing", message: "reading the package database: no dpkg on this host", hint: "packages need Debian or Ubuntu" });
  const rows = lines.filter((line) => line.startsWith("q ")).map(rowOf);
  const broken = lines.filter((line) => line.startsWith("b ")).map((line) => rowOf(line).names[0] ?? "");
  const candidates = candidatesIn(lines);
  return queries.map((name) => ({ ...seenOf(rows.filter(({ names }) => names.includes(name))), ...candidates.get(name), broken }));
}

function rowOf(line: string): Row {
  const [, binary = "", name = "", want = "", , status = "", version = ""] = line.split(" ");
  return { names: [binary, name], want, status, version };
}

function seenOf(rows: readonly Row[]): Pick<PackageSeen, "installed" | "held" | "version"> {
  const row = rows.find(({ status }) => status === "installed" || status.startsWith("triggers-"));
  const held = rows.some(({ want }) => want === "hold");
  return row === undefined ? { installed: false, held } : { installed: true, held, version: row.version };
}

// `NAME:` at the line's start, then `  Candidate: VERSION`.
function candidatesIn(lines: readonly string[]): ReadonlyMap<string, { readonly candidate: string }> {
  const candidates = new Map<string, { readonly candidate: string }>();
  let name = "";
  for (const line of lines) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name;
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== "(none)") candidates.set(name, { candidate });
  }
  return candidates;
}
