// systemd units as `systemctl show` tells them, and what hlx noted when it last loaded them. All units in one read.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

/** Values of systemd.unit(5) properties; "" where the unit has none. `startedAt` counts seconds since 1970, 0 when it never started. */
export interface UnitSeen {
  readonly loadState: string;
  readonly activeState: string;
  readonly subState: string;
  readonly unitFileState: string;
  readonly type: string;
  readonly remainAfterExit: string;
  readonly result: string;
  readonly invocation: string;
  readonly startedAt: number;
}

/** Asked by the unit's full name. */
export const unitRead: Read<string, UnitSeen> = {
  name: "units",
  args: (unit) => [unit],
  parse,
  script: `
LC_ALL=C TZ=UTC; export LC_ALL TZ
systemctl show --no-pager -p LoadState,ActiveState,SubState,UnitFileState,Type,RemainAfterExit,Result,InvocationID,InactiveExitTimestamp -- "$@" 2>/dev/null
`,
};

function parse(output: string, queries: readonly string[]): readonly UnitSeen[] {
  const blocks = output.split(/\n\n+/).filter((block) => block.includes("LoadState="));
  if (blocks.length !== queries.length)
    throw new ProblemError({
      code: "unknown",
      message: `asking systemd for ${queries.join(", ")}: ${blocks.length} answers`,
      hint: "services need a host that runs systemd",
    });
  return blocks.map(unitIn);
}

function unitIn(block: string): UnitSeen {
  const values = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  const value = (name: string): string => values.get(name) ?? "";
  return {
    loadState: value("LoadState"),
    activeState: value("ActiveState"),
    subState: value("SubState"),
    unitFileState: value("UnitFileState"),
    type: value("Type"),
    remainAfterExit: value("RemainAfterExit"),
    result: value("Result"),
    invocation: value("InvocationID"),
    startedAt: secondsOf(value("InactiveExitTimestamp")),
  };
}

// "Sat 2026-11-21 08:18:00 UTC"
function secondsOf(timestamp: string): number {
  const [, year, month, day, hours, minutes, seconds] = /^[A-Z][a-z]{2} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) UTC$/.exec(timestamp) ?? [];
  if (year === undefined) return 0;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hours), Number(minutes), Number(seconds)) / 1000;
}

/** What /run/hlx/loaded/UNIT says: which start of the unit loaded which content, by `stampKey` of its path. `written`: hlx started it since boot. */
export interface Stamp {
  readonly written: boolean;
  readonly invocation: string;
  readonly hashes: ReadonlyMap<string, string>;
}

/** Asked by the unit's short name. */
export const stampRead: Read<string, Stamp> = {
  name: "stamps",
  args: (unit) => [unit],
  parse: (output, queries) =>
    queries.map((_, index) =>
      stampIn(
        output.split("\n").map((line) => line.split(" ")),
        String(index),
      ),
    ),
  script: `
index=0
for unit in "$@"; do
  stamp=/run/hlx/loaded/$unit
  if [ -f "$stamp" ] && [ -r "$stamp" ]; then
    while read -r key value; do printf '%s %s %s\\n' "$index" "$key" "$value"; done < "$stamp"
  fi
  index=$((index + 1))
done
`,
};

function stampIn(lines: readonly (readonly string[])[], index: string): Stamp {
  const pairs = lines.filter((line) => line[0] === index).map(([, key = "", value = ""]): readonly [string, string] => [key, value]);
  return { written: pairs.length > 0, invocation: pairs.find(([key]) => key === "invocation")?.[1] ?? "", hashes: new Map(pairs) };
}
