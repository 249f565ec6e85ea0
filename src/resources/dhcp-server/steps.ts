// How a host gets its DHCP server: tested before it replaces anything, checked on port 67, and put back when nobody answers there.
import type { Change, Known } from "../../model/kind.ts";
import type { Guarded, Run, Step, Write } from "../../model/step.ts";
import { removal } from "../file/steps.ts";
import { own } from "../ownership.ts";
import { stampKey } from "../service/loaded.ts";
import { fullUnit } from "../unit-of.ts";
import { type Daemon, daemonOf, rivalOf } from "./daemon.ts";
import type { DhcpServer } from "./desired.ts";
import { type DhcpServerActual, type WantedFile, wantedFiles, watchedPaths } from "./probe.ts";
import { answersScript, backScript, enableScript, loadScript, stopScript } from "./scripts.ts";

export function steps(desired: DhcpServer, found: Known<DhcpServerActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const daemon = daemonOf(desired.server);
  const [conf] = daemon.files;
  if (desired.absent === true) return [stop(daemon), removal(conf.path)];
  const names = changes.map(({ property }) => property);
  const isNew = found.found === "absent" || found.actual.access === "";
  if (isNew || !names.every((name) => unwritten.includes(name) || name.startsWith("rival:"))) return [guarded(desired, found, "with files")];
  return [
    ...(names.includes("access") ? [own(conf.path, conf)] : []),
    ...(names.every((name) => name === "access" || name === "enabled") ? [] : [guarded(desired, found, "as it is")]),
    ...(names.includes("enabled") ? [enable(daemon)] : []),
  ];
}

/** Properties that no file has. */
const unwritten: readonly string[] = ["access", "enabled", "serving", "loaded"];

function guarded(desired: DhcpServer, found: Known<DhcpServerActual>, how: "with files" | "as it is"): Guarded {
  const daemon = daemonOf(desired.server);
  const written = how === "with files" ? wantedFiles(desired) : [];
  return {
    do: "guarded",
    steps: [...written.map(writeOf), load(desired), ...(written.length > 0 ? [enable(daemon)] : [])],
    verify: { title: `${daemon.process} listens on port 67`, script: answersScript, args: [daemon.process] },
    otherwise: [back(desired, found)],
    putBack: written.map(({ path }) => path),
  };
}

function writeOf({ path, content, mode, owner, group, validate }: WantedFile): Write {
  return { do: "write", path, content: [content], mode, owner, group, ...(validate === undefined ? {} : { validate }) };
}

function load(desired: DhcpServer): Run {
  const { loads, unit } = daemonOf(desired.server);
  return { do: "run", title: `${loads} ${unit}`, script: loadScript, args: ["always", ...loadArgs(desired)] };
}

function loadArgs(desired: DhcpServer): readonly string[] {
  const [daemon, rival] = [daemonOf(desired.server), rivalOf(desired.server)];
  const traces = watchedPaths(desired).flatMap((path) => [stampKey(path), path]);
  return [daemon.loads, fullUnit(daemon.unit), daemon.process, fullUnit(rival.unit), rival.process, daemon.unit, ...traces];
}

/** What ran before runs again; with its old files, which are back by then. */
function back(desired: DhcpServer, found: Known<DhcpServerActual>): Run {
  const { serving = "stopped", enabled = false, rival = "off" } = found.found === "present" ? found.actual : {};
  const { unit } = daemonOf(desired.server);
  if (serving !== "stopped") return { do: "run", title: `go on with ${unit} as it was`, script: loadScript, args: ["if-needed", ...loadArgs(desired)] };
  const args = [fullUnit(unit), enabled ? "enabled" : "disabled", fullUnit(rivalOf(desired.server).unit), rival];
  return { do: "run", title: "go on with what ran before", script: backScript, args };
}

function enable({ unit }: Daemon): Run {
  return { do: "run", title: `enable ${unit}`, script: enableScript, args: [fullUnit(unit)] };
}

function stop({ unit, process }: Daemon): Run {
  return { do: "run", title: `stop ${unit}`, script: stopScript, args: [fullUnit(unit), process] };
}
