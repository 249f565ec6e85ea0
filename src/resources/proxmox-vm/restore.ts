// The way back for a guest: its settings as they were. What its disks hold is not among them.
import type { Found, Irreversible } from "../../model/kind.ts";
import type { ProxmoxVm } from "./desired.ts";
import { diff } from "./diff.ts";
import { leavingOf } from "./drives.ts";
import type { VmActual } from "./probe.ts";
import { wantedOf, withoutOf } from "./settings.ts";
import { isProtected, stateOf } from "./snapshots.ts";

/** A guest that was made is destroyed; a setting is what it was. A disk that grew stays as large, one that was added is taken from the guest and keeps its data. */
export function restore(desired: ProxmoxVm, before: Found<VmActual>): ProxmoxVm | Irreversible {
  const { cluster, id, name, node } = desired;
  if (before.found === "absent") return { cluster, id, name, node, absent: true };
  if (before.found !== "present") return { irreversible: `nobody knows how guest ${id} was` };
  const { actual } = before;
  const lost = lostFor(desired, actual);
  if (lost !== undefined) return { irreversible: lost };
  const back = { back: settingsBefore(desired, actual), ...drivesBefore(desired, actual), ...placesBefore(desired, actual) };
  const changes = diff(desired, before, { changing: new Set(), digest: () => undefined });
  const owned = { ...(actual.ours ? {} : { adopt: true }), ...(isProtected(desired, changes) ? { to: stateOf(actual) } : {}) };
  return { cluster, id, name, node, ...back, ...owned, running: actual.running };
}

function lostFor(desired: ProxmoxVm, actual: VmActual): string | undefined {
  if (desired.absent === true) return `guest ${desired.id} was destroyed with its disks`;
  const left = [...leavingOf(desired).keys()].find((slot) => actual.drives?.[slot] !== undefined);
  if (left !== undefined) return `${left} of guest ${desired.id} was taken away`;
  const changes = diff(desired, { found: "present", actual }, { changing: new Set(), digest: () => undefined });
  return changes.every(({ property }) => property === "disk") ? `the disk of guest ${desired.id} grew, and never shrinks` : undefined;
}

// Of this run alone: what it did not change is not its to take back.
function settingsBefore(desired: ProxmoxVm, { settings }: VmActual): Readonly<Record<string, string | null>> {
  const wanted = wantedOf(desired, settings);
  const differing = [...Object.keys(wanted), ...withoutOf(desired)].filter((key) => wanted[key] !== settings[key]);
  return Object.fromEntries(differing.map((key) => [key, settings[key] ?? null]));
}

function drivesBefore(desired: ProxmoxVm, actual: VmActual): Pick<ProxmoxVm, "disks"> {
  const added = addedDrives(desired, actual);
  return Object.keys(added).length === 0 ? {} : { disks: added };
}

function placesBefore({ pool }: ProxmoxVm, actual: VmActual): Pick<ProxmoxVm, "pool" | "ha"> {
  return {
    ...(pool === undefined || actual.pool === undefined ? {} : { pool: actual.pool }),
    ...(actual.ha === undefined ? {} : { ha: haOf(actual.ha) }),
  };
}

function addedDrives({ disks = {} }: ProxmoxVm, { drives = {} }: VmActual): Readonly<Record<string, "detached">> {
  const added = Object.entries(disks).filter(([slot, disk]) => typeof disk !== "string" && drives[slot] === undefined);
  return Object.fromEntries(added.map(([slot]) => [slot, "detached"]));
}

// `started, restarts 1, relocates 1`, as haText wrote it.
function haOf(text: string): NonNullable<ProxmoxVm["ha"]> {
  const [, state, restarts, relocates] = /^(started|stopped|disabled|ignored), restarts (\d+), relocates (\d+)$/.exec(text) ?? [];
  if (state === undefined) return false;
  return { state: state as "started", restarts: Number(restarts), relocates: Number(relocates) };
}
