// Looks at a host's DHCP server: what its files say, whether it answers, and whether the other one is in its way.
import { sha256 } from "../../lib/hash.ts";
import type { DhcpSettings } from "../../model/dhcp/model.ts";
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { Problem } from "../../model/problem.ts";
import { accessSaid, denied, ownershipOf } from "../ownership.ts";
import { type DhcpSeen, dhcpRead } from "../reads/dhcp.ts";
import { fileRead, type Seen } from "../reads/files.ts";
import { type UnitSeen, unitRead } from "../reads/units.ts";
import { tracesOf } from "../service/desired.ts";
import { staleAmong, watching } from "../service/loaded.ts";
import { refused } from "../service/probe.ts";
import { fullUnit, unitOf } from "../unit-of.ts";
import { type Daemon, type DhcpFile, daemonOf, rivalOf } from "./daemon.ts";
import type { DhcpServer } from "./desired.ts";

/** What is not there, or as its package brought it, is no configuration. */
export interface DhcpServerActual {
  readonly config: DhcpSettings;
  /** The configuration's mode, owner and group: "0640 root:_kea". */
  readonly access: string;
  /** `deaf`: systemd calls it active, and nobody listens on port 67. */
  readonly serving: "yes" | "deaf" | "stopped";
  readonly enabled: boolean;
  readonly loaded: boolean;
  /** The other server: running, or going to at the next boot. */
  readonly rival: "off" | "on";
}

export async function probe(desired: DhcpServer, on: Pick<Readers, "shell">): Promise<Found<DhcpServerActual>> {
  const [daemon, rival] = [daemonOf(desired.server), rivalOf(desired.server)];
  const wanted = wantedFiles(desired);
  const [unit, rivalUnit, seen, watched, files] = await Promise.all([
    on.shell.ask(unitRead, fullUnit(daemon.unit)),
    on.shell.ask(unitRead, fullUnit(rival.unit)),
    on.shell.ask(dhcpRead, { unit: daemon.unit, rival: rival.unit, path: daemon.files[0].path }),
    watching(daemon.unit, watchedPaths(desired), on.shell),
    Promise.all(wanted.map(({ path, content }) => on.shell.ask(fileRead, { path, unless: sha256(content) }))),
  ]);
  if (unit.loadState === "not-found") return desired.absent === true ? absent : blocked(unitOf(daemon.unit), `no unit ${daemon.unit} on this host`);
  if (unit.loadState !== "loaded") return refused(daemon.unit, unit.loadState);
  const unread = unreadOf(wanted, files, seen);
  if (unread !== undefined) return { found: "unknown", because: unread };
  const loaded = staleAmong(watchedPaths(desired), unit, watched).length === 0;
  return present({ ...configuration(desired, files, seen), ...running(daemon, unit, seen), loaded, rival: rivalState(rival, rivalUnit, seen) });
}

/** What must be loaded: the server's own files, and what the role names. */
export function watchedPaths(desired: DhcpServer): readonly string[] {
  return [...daemonOf(desired.server).files.map(({ path }) => path), ...tracesOf(desired.watch)];
}

export interface WantedFile extends DhcpFile {
  readonly content: string;
}

/** The server's files with their texts. */
export function wantedFiles(desired: DhcpServer): readonly WantedFile[] {
  const { verbatim = {} } = desired;
  return daemonOf(desired.server).files.map((file) => ({
    ...file,
    content: Object.hasOwn(verbatim, file.path) ? (verbatim[file.path] ?? "") : file.text(desired),
  }));
}

function unreadOf(wanted: readonly WantedFile[], files: readonly Seen[], { listening }: DhcpSeen): Problem | undefined {
  if (listening === undefined)
    return { code: "unknown", message: "looking who answers on port 67: this host has no ss", hint: "install the package iproute2 there" };
  const problems = files.map((seen, index) => {
    const { path = "" } = wanted[index] ?? {};
    if (seen.seen === "denied") return denied(path);
    if (seen.seen !== "there" || (seen.type === "file" && seen.sha256 !== undefined)) return undefined;
    return { code: "unknown", message: `looking at ${path}: it is no regular file that can be read`, hint: "move it away by hand" } as const;
  });
  return problems.find((problem) => problem !== undefined);
}

function configuration(desired: DhcpServer, files: readonly Seen[], { pristine }: DhcpSeen): Pick<DhcpServerActual, "config" | "access"> {
  const [conf] = files;
  const [file] = daemonOf(desired.server).files;
  if (conf?.seen !== "there" || pristine) return { config: {}, access: "" };
  const wanted = wantedFiles(desired);
  const texts = files.map((seen, index) => textOf(seen, wanted[index]?.content ?? ""));
  return { config: daemonOf(desired.server).read(texts, desired), access: accessSaid(ownershipOf(conf, file)) };
}

function textOf(seen: Seen, wanted: string): string {
  if (seen.seen !== "there") return "";
  if (seen.sha256 === sha256(wanted)) return wanted;
  // Larger than what is fetched: the hash stands for it, and nobody can read that as a configuration.
  return seen.content === undefined ? `{ ${seen.sha256}` : Buffer.from(seen.content).toString("utf8");
}

function running(daemon: Daemon, unit: UnitSeen, { listening, enabled }: DhcpSeen): Pick<DhcpServerActual, "serving" | "enabled"> {
  if (listening?.includes(daemon.process)) return { serving: "yes", enabled };
  return { serving: unit.activeState === "active" ? "deaf" : "stopped", enabled };
}

// A dhcpd that a failed start left behind answers, whatever systemd says of its unit.
function rivalState(rival: Daemon, unit: UnitSeen, { listening, rivalEnabled }: DhcpSeen): DhcpServerActual["rival"] {
  return rivalEnabled || unit.activeState === "active" || listening?.includes(rival.process) ? "on" : "off";
}
