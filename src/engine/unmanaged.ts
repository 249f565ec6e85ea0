// What is on a host and in no role: packages, units, ports, keys, cron entries. One read a host.
import { isRecord } from "../lib/json.ts";
import type { Unmanaged } from "../model/drift.ts";
import type { Entry } from "../model/plan.ts";
import type { Read } from "../model/ports/shell.ts";

export type Present = Omit<Unmanaged, "host">;

/** Packages by apt-mark(8) showmanual, units that are enabled, listening sockets by ss(8), authorized keys of all accounts, crontabs. All of it is hostile data. */
export const presence: Read<string, readonly Present[]> = {
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

/** What none of the host's entries names. Ports are in no role: all of them are told. */
export function unmanagedOf(host: string, found: readonly Present[], entries: readonly Entry[]): readonly Unmanaged[] {
  const own = entries.filter((entry) => entry.host === host);
  const packages = new Set(own.flatMap(({ kind, desired }) => (kind === "packages" && isRecord(desired) ? namesIn(desired["names"]) : [])));
  const ids = new Set(own.map(({ id }) => id));
  const keys = own.flatMap(({ kind, desired }) =>
    kind === "authorized-keys" && isRecord(desired) ? [{ user: desired["user"], text: JSON.stringify(desired) }] : [],
  );
  const managed: Readonly<Record<Unmanaged["sort"], (name: string) => boolean>> = {
    package: (name) => packages.has(name),
    unit: (name) => ids.has(`service:${name}`) || ids.has(`service:${name.replace(/\.service$/, "")}`),
    port: () => false,
    key: (name) => keys.some(({ user, text }) => user === name.split(" ")[0] && text.includes(blobOf(name))),
    cron: (name) => ids.has(`file:${name}`),
  };
  const kept = found.filter(({ sort, name }) => !managed[sort](name));
  return [...new Map(kept.map(({ sort, name }) => [`${sort} ${name}`, { host, sort, name: sort === "key" ? keyWords(name) : name }])).values()];
}

function presentIn(line: string): readonly Present[] {
  const [sort = "", ...rest] = line.split("\t");
  const name = rest.join("\t").trim();
  const known = (["package", "unit", "port", "key", "cron"] as const).find((one) => one === sort);
  return known === undefined || name === "" ? [] : [{ sort: known, name }];
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === "string") : [];
}

function blobOf(line: string): string {
  return /AAAA[A-Za-z0-9+/=]{20,}/.exec(line)?.[0] ?? line;
}

// User, type and comment; of the key itself its end, which is enough to find it.
function keyWords(line: string): string {
  return line.replace(/AAAA[A-Za-z0-9+/=]{20,}/, (blob) => `…${blob.slice(-12)}`);
}
