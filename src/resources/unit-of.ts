// The capability that a systemd unit is there.
import type { Capability } from "../model/resource.ts";

/** What to provide when a package or a file brings a unit: `unitOf("nginx")`. `nginx` and `nginx.service` are the same unit. */
export function unitOf(unit: string): Capability {
  return `unit:${shortUnit(unit)}`;
}

/** The unit's name without `.service`: how it is shown. */
export function shortUnit(unit: string): string {
  return unit.endsWith(".service") ? unit.slice(0, -".service".length) : unit;
}

/** The unit's name with its suffix, as systemctl prints it. */
export function fullUnit(unit: string): string {
  return /\.(service|socket|timer|target|mount|automount|path|slice|scope|swap|device)$/.test(unit) ? unit : `${unit}.service`;
}
