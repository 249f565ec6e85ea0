// What is on a host and in no role: packages, units, ports, keys, cron entries. One read a host.
import type { Unmanaged } from "../model/drift.ts";
import type { OnHost } from "../model/kind.ts";
import type { Entry } from "../model/plan.ts";
import type { Read } from "../model/ports/shell.ts";
import type { World } from "./world.ts";

/** Packages by apt-mark(8) showmanual, units that are enabled, listening sockets by ss(8), authorized keys of all accounts, crontabs. All of it is hostile data. */
export const presence: Read<string, readonly OnHost[]> = {
  name: "presence",
  args: (query) => [query],
  script: `LC_ALL=C; export LC_ALL
each() { while IFS= read -r line; do printf '%s\\t%s\\n' "$1" "$line"; done; }
! command -v apt-mark >/dev/null 2>&1 || apt-mark showmanual 2>/dev/null | each package
! command -v systemctl >/dev/null 2>&1 || systemctl list-unit-files --state=enabled --plain --no-legend --no-pager 2>/dev/null | while read -r unit rest; do printf 'unit\\t%s\\n' "$unit"; done
! command -v ss >/dev/null 2>&1 || ss -Hlntu 2>/dev/null | while read -r net state in out at rest; do printf 'port\\t%s %s\\n' "$net" "$at"; done
getent passwd | while IFS=: read -r user x uid gid name home shell; do
[ ! -f "$home/.ssh/authorized_keys" ] || head -c 65536 "$home/.ssh/authorized_keys" | while read -r line; do case $line in ''|'#'*) ;; *) printf 'key\\t%s %s\\n' "$user" "$line";; esac; done
done
for file in /etc/cron.d/* /var/spool/cron/crontabs/*; do [ ! -f "$file" ] || printf 'cron\\t%s\\n' "$file"; done
`,
  parse: (output, queries) => {
    const found = output.split("\n").flatMap(presentIn);
    return queries.map(() => found);
  },
};

/** What no kind accounts for among the host's entries. No kind does for ports: all of them are told. */
export function unmanagedOf(host: string, found: readonly OnHost[], { entries, kinds }: Managed): readonly Unmanaged[] {
  const own = entries.filter((entry) => entry.host === host);
  const accounted = new Set(own.flatMap(({ kind, desired }) => kinds.get(kind)?.accountsFor?.(desired) ?? []).map(wordsOf));
  const left = found.filter((one) => !accounted.has(wordsOf({ ...one, name: plainName(one) })));
  return [...new Map(left.map((one) => [wordsOf(one), { host, sort: one.sort, name: one.sort === "key" ? keyWords(one.name) : one.name }])).values()];
}

export interface Managed {
  readonly entries: readonly Entry[];
  readonly kinds: World["kinds"];
}

function wordsOf({ sort, name }: OnHost): string {
  return `${sort} ${name}`;
}

// A line of authorized_keys has options, a type and a comment beside what it is.
function plainName({ sort, name }: OnHost): string {
  return sort === "key" ? `${name.split(" ")[0]} ${blobOf(name)}` : name;
}

function presentIn(line: string): readonly OnHost[] {
  const [sort = "", ...rest] = line.split("\t");
  const name = rest.join("\t").trim();
  const known = (["package", "unit", "port", "key", "cron"] as const).find((one) => one === sort);
  return known === undefined || name === "" ? [] : [{ sort: known, name }];
}

function blobOf(line: string): string {
  return /AAAA[A-Za-z0-9+/=]{20,}/.exec(line)?.[0] ?? line;
}

// User, type and comment; of the key itself its end, which is enough to find it.
function keyWords(line: string): string {
  return line.replace(/AAAA[A-Za-z0-9+/=]{20,}/, (blob) => `…${blob.slice(-12)}`);
}
