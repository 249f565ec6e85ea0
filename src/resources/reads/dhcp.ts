// Who really answers on port 67, and what only a DHCP server's packaging knows.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

/** The two units, and the configuration that the first one's package brings. */
export interface DhcpQuery {
  readonly unit: string;
  readonly rival: string;
  readonly path: string;
}

export interface DhcpSeen {
  /** Names of the processes that have a socket on UDP port 67; undefined on a host without ss(8). */
  readonly listening: readonly string[] | undefined;
  readonly enabled: boolean;
  readonly rivalEnabled: boolean;
  /** The configuration is as the package brought it: nobody wrote it. */
  readonly pristine: boolean;
}

/** A server can be active and deaf: only its socket tells. `is-enabled` knows units of System V scripts, too. */
export const dhcpRead: Read<DhcpQuery, DhcpSeen> = {
  name: "dhcp",
  args: ({ unit, rival, path }) => [unit, rival, path],
  parse,
  script: `
LC_ALL=C; export LC_ALL
if command -v ss >/dev/null; then ss -Hlunp 'sport = :67' | sed 's/^/socket /'; else echo no-ss; fi
enabled() { systemctl is-enabled --quiet -- "$1" 2>/dev/null; }
pristine() {
  [ -f "$2" ] || return 1
  sum=$(md5sum < "$2") || return 1
  dpkg-query -W -f '\${Conffiles}\\n' "$1" 2>/dev/null | grep -qF " $2 \${sum%% *}"
}
while [ $# -gt 0 ]; do
  line=answer
  if enabled "$1"; then line="$line enabled"; fi
  if enabled "$2"; then line="$line rival"; fi
  if pristine "$1" "$3"; then line="$line pristine"; fi
  echo "$line"
  shift 3
done
`,
};

function parse(output: string, queries: readonly DhcpQuery[]): readonly DhcpSeen[] {
  const lines = output.split("\n");
  const listening = lines.filter((line) => line.startsWith("socket ")).flatMap((line) => [...line.matchAll(/\("([^"]*)",pid=/g)].map(([, name = ""]) => name));
  const answers = lines.map((line) => line.split(" ")).filter(([first]) => first === "answer");
  if (answers.length !== queries.length)
    throw new ProblemError({ code: "unknown", message: `looking who answers on port 67: ${answers.length} answers for ${queries.length} servers` });
  return answers.map((words) => ({
    listening: lines.includes("no-ss") ? undefined : [...new Set(listening)].sort(),
    enabled: words.includes("enabled"),
    rivalEnabled: words.includes("rival"),
    pristine: words.includes("pristine"),
  }));
}
