// Looks at a unit: running, enabled, and whether it has loaded what it watches.
import { blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { type Stamp, type UnitSeen, unitRead } from "../reads/units.ts";
import { fullUnit, unitOf } from "../unit-of.ts";
import { type Service, tracesOf } from "./desired.ts";
import { staleAmong, type Watching, watching } from "./loaded.ts";

/** `restart` stands beside `loaded: false` when a reload is not enough. A unit that does not run has nothing to load. */
export interface ServiceActual {
  readonly running: boolean;
  readonly enabled: boolean;
  readonly loaded: boolean;
  readonly restart?: true;
}

export async function probe(desired: Service, on: Pick<Readers, "shell">): Promise<Found<ServiceActual>> {
  const { unit, reloadOn, restartOn } = desired;
  const [seen, watched] = await Promise.all([on.shell.ask(unitRead, fullUnit(unit)), watching(unit, tracesOf([...reloadOn, ...restartOn]), on.shell)]);
  if (seen.loadState === "loaded") return present(actualOf(desired, seen, watched));
  const off = { running: seen.activeState === "active", enabled: false, loaded: true };
  const wantedOff = !desired.running && !desired.enabled;
  if (wantedOff && (seen.loadState === "not-found" || seen.loadState === "masked")) return present(off);
  if (seen.loadState === "not-found") return blocked(unitOf(unit), `no unit ${unit} on this host`);
  return refused(unit, seen.loadState);
}

/** A unit that systemd has no use for: masked, or broken. */
export function refused(unit: string, state: string): Found<never> {
  const hint = state === "masked" ? `run \`systemctl unmask ${unit}\` on the host` : `run \`systemctl status ${unit}\` on the host`;
  return { found: "unknown", because: { code: "unknown", message: `looking at the unit ${unit}: systemd says ${JSON.stringify(state)}`, hint } };
}

function actualOf(desired: Service, seen: UnitSeen, watched: Watching): ServiceActual {
  const running = isRunning(seen, watched.stamp);
  const switches = { running, enabled: isEnabled(seen, desired.enabled) };
  if (!running) return { ...switches, loaded: true };
  if (staleAmong(tracesOf(desired.restartOn), seen, watched).length > 0) return { ...switches, loaded: false, restart: true };
  return { ...switches, loaded: staleAmong(tracesOf(desired.reloadOn), seen, watched).length === 0 };
}

// Waiting to be started again after a crash is "activating" with the sub-state "auto-restart": that is not running.
// A oneshot that ended well is forgotten by systemd when nothing refers to it: the stamp remembers.
function isRunning({ activeState, subState, type, result, startedAt }: UnitSeen, stamp: Stamp): boolean {
  if (activeState === "active" || activeState === "reloading" || activeState === "refreshing") return true;
  if (activeState === "activating") return !subState.startsWith("auto-restart");
  return type === "oneshot" && activeState === "inactive" && result === "success" && (startedAt > 0 || stamp.written);
}

// Units without an [Install] section of their own cannot be switched: they are as desired.
function isEnabled({ unitFileState }: UnitSeen, desired: boolean): boolean {
  if (unitFileState === "enabled") return true;
  return ["static", "indirect", "generated", "transient", "alias", ""].includes(unitFileState) ? desired : false;
}
