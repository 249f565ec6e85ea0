// A file as it is read together with what its sources answered.
import { isRecord } from "../lib/json.ts";
import type { Document } from "../model/documents/document.ts";
import type { Inventory } from "../model/host.ts";
import type { Live, LiveSource } from "../model/live.ts";
import { isLiveGroup } from "./live-sources.ts";
import type { RawInventory, Reading } from "./reading.ts";

/** The raw file with the sources' hosts and groups in it; their place is that of their source. */
export function withLive(document: Document, raw: RawInventory, live: Live | undefined): Pick<Reading, "document" | "raw" | "live" | "mayBe"> {
  if (live === undefined) return { document, raw, mayBe: raw.sources === undefined ? () => false : () => true };
  const hosts = Object.fromEntries([...live.hosts.keys()].filter((name) => !(name in raw.hosts)).map((name) => [name, null]));
  const groups = Object.fromEntries([...live.groups].map(([name, group]) => [name, group.hosts]));
  const own = document.value;
  return {
    raw: { ...raw, hosts: { ...raw.hosts, ...hosts }, groups: { ...raw.groups, ...groups } },
    document: { ...document, at: (path, what) => placeIn(own, path, live) ?? document.at(path, what) },
    live,
    mayBe: isLiveGroup,
  };
}

/** True for a host that no file has. */
export function isOnlyLive(name: string, { live, document }: Pick<Reading, "live" | "document">): boolean {
  return live?.hosts.has(name) === true && !isWritten("hosts", name, document.value);
}

/** What nobody can know who did not ask. */
export function unasked(sources: readonly LiveSource[], live: Live | undefined): Inventory["warnings"] {
  if (live !== undefined) return live.warnings;
  return sources.map(({ proxmox, at }) => ({
    message: `the guests of ${proxmox} are asked for at a run, and nobody is asked here: what is said of hosts and groups that only they are is not checked`,
    at,
  }));
}

function placeIn(value: unknown, [section, name = ""]: Parameters<Document["at"]>[0], live: Live) {
  if ((section !== "hosts" && section !== "groups") || isWritten(section, String(name), value)) return undefined;
  return live[section].get(String(name))?.at;
}

function isWritten(section: string, name: string, value: unknown): boolean {
  return isRecord(value) && isRecord(value[section]) && name in value[section];
}
