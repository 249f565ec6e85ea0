// Who may have changed what drifted, by the host's own logs: apt's history, the journal of sudo and su, Docker's events. One read a host, and only where something drifted.

import type { DriftItem, DriftReport } from "../model/drift.ts";
import type { Read } from "../model/ports/shell.ts";
import { partsOf } from "../model/resource.ts";
import type { Work, World } from "./world.ts";

/** One thing that somebody did as root; all of it is hostile data. `at` counts seconds since 1970. */
export interface Deed {
  readonly at: number;
  readonly by: string;
  readonly what: string;
}

// Not what looks alone: exec_start, health_status, top.
const dockerFilters = ["create", "start", "stop", "kill", "destroy", "rename", "update", "pause", "unpause", "pull", "tag", "delete", "remove"]
  .map((event) => `--filter event=${event}`)
  .join(" ");

/** Asked with the time since when, in seconds since 1970. Docker knows what was done, not who did it. _COMM would say for certain that it was sudo, but is missing where that ended before the journal looked. Times in apt's history are local: they are read with the offset that holds now. */
export const deeds: Read<number, readonly Deed[]> = {
  name: "deeds",
  args: (since) => [String(Math.floor(since))],
  script: `LC_ALL=C; export LC_ALL
echo "zone $(date +%z)"
for since in "$@"; do
[ ! -r /var/log/apt/history.log ] || tail -c 65536 /var/log/apt/history.log | grep -E '^(Start-Date|Commandline|Requested-By): ' | cut -c1-400
! command -v journalctl >/dev/null 2>&1 || journalctl -q --no-pager -o short-unix -n 200 --since "@$since" SYSLOG_IDENTIFIER=sudo SYSLOG_IDENTIFIER=su 2>/dev/null | cut -c1-400
! command -v docker >/dev/null 2>&1 || timeout 5 docker events --since "$since" --until "$(date +%s)" ${dockerFilters} --format 'docker {{.Time}} {{.Type}} {{.Action}} {{index .Actor.Attributes "name"}}' 2>/dev/null | tail -n 100 | cut -c1-400
done
`,
  parse: (output, queries) => {
    const found = deedsIn(output);
    // Logs tell whole seconds.
    return queries.map((since) => found.filter(({ at }) => at >= Math.floor(since)));
  },
};

/** The report with `by` for what drifted in a time that is known. A host that cannot say is left as it is. */
export async function withSuspects(report: DriftReport, world: World, work: Work): Promise<DriftReport> {
  const hosts = [...new Set(report.items.filter(({ since }) => since !== undefined).map(({ host }) => host))];
  const known = new Map(await Promise.all(hosts.map(async (host) => [host, await deedsOn(host, report, { world, work })] as const)));
  return { ...report, items: report.items.map((item) => ({ ...item, ...suspectsOf(item, known.get(item.host) ?? []) })) };
}

async function deedsOn(name: string, { items }: DriftReport, { world, work }: { readonly world: World; readonly work: Work }): Promise<readonly Deed[]> {
  const host = work.inventory.hosts.get(name);
  const starts = items.flatMap(({ host: on, since }) => (on === name && since !== undefined ? [Date.parse(since.after) / 1000] : []));
  if (host === undefined) return [];
  try {
    return await (await world.sessions.of(host)).shell.ask(deeds, Math.min(...starts));
  } catch {
    // Who did it is a courtesy: that it drifted is said without it.
    return [];
  }
}

// Those that name the resource, else all of the time in question where they are few.
function suspectsOf({ address, since }: DriftItem, all: readonly Deed[]): Pick<DriftItem, "by"> {
  if (since === undefined) return {};
  const [after, before] = [Date.parse(since.after) / 1000 - 1, Date.parse(since.before) / 1000 + 1];
  const then = all.filter(({ at }) => at >= after && at <= before);
  const { identity } = partsOf(address);
  const naming = then.filter(({ what }) => what.includes(identity) || what.includes(identity.slice(identity.lastIndexOf("/") + 1)));
  const said = [...new Set((naming.length > 0 ? naming : then).map(({ by, what }) => `${by} (${what})`))];
  return said.length === 0 || said.length > most ? {} : { by: said };
}

const most = 3;

function deedsIn(output: string): readonly Deed[] {
  const zone = /^zone ([+-]\d\d)(\d\d)$/m.exec(output);
  const offset = zone === null ? "Z" : `${zone[1] ?? ""}:${zone[2] ?? ""}`;
  const blocks = output.split(/^Start-Date: /m).slice(1);
  const lines = output.split("\n");
  return [...blocks.flatMap((block) => aptDeed(block, offset)), ...lines.flatMap(sudoDeed), ...lines.flatMap(suDeed), ...lines.flatMap(dockerDeed)];
}

function aptDeed(block: string, offset: string): readonly Deed[] {
  const at = Date.parse(`${block.split("\n")[0]?.trim().replace(/ +/, "T") ?? ""}${offset}`) / 1000;
  const by = /^Requested-By: (\S+)/m.exec(block)?.[1] ?? "root";
  const what = /^Commandline: (.*)$/m.exec(block)?.[1] ?? "apt";
  return Number.isFinite(at) ? [{ at, by, what: what.slice(0, 120) }] : [];
}

function suDeed(line: string): readonly Deed[] {
  const [, at = "", to = "", by] = /^(\d{9,11})\.\d+ \S+ su\[\d+\]: +\(to (\S+)\) (\S+) on /.exec(line) ?? [];
  return by === undefined ? [] : [{ at: Number(at), by, what: `su to ${to}`.slice(0, 120) }];
}

function dockerDeed(line: string): readonly Deed[] {
  const [, at = "", what] = /^docker (\d{9,11}) (\S+ \S+ .*)$/.exec(line) ?? [];
  return what === undefined ? [] : [{ at: Number(at), by: "docker", what: what.trim().slice(0, 120) }];
}

function sudoDeed(line: string): readonly Deed[] {
  const parts = /^(\d{9,11})\.\d+ \S+ sudo\[\d+\]: +(\S+) : .*?COMMAND=(.*)$/.exec(line);
  const [, at = "", by = "", what = ""] = parts ?? [];
  // hlx's own way to root; newer sudo quotes what it was given.
  const own = /^\S*sh -c (['"]?)echo [0-9a-f]+; exec \S*sh\1$/.test(what);
  return parts === null || own ? [] : [{ at: Number(at), by, what: `sudo ${what}`.slice(0, 120) }];
}
