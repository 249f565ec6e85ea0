// What differs between a unit and what it should be.
import { type Ahead, type Change, change, type Known } from "../../model/kind.ts";
import type { Service, Watched } from "./desired.ts";
import type { ServiceActual } from "./probe.ts";

/** `loaded` is named when it is stale now, or will be because something it watches changes before it. */
export function diff(desired: Service, found: Known<ServiceActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const switches = (["enabled", "running"] as const)
    .filter((property) => desired[property] !== actual?.[property])
    .map((property) =>
      change(property, { before: actual?.[property] ?? null, after: desired[property], risk: property === "running" && !desired.running ? "restart" : "none" }),
    );
  const cost = loadingCost(desired, actual, ahead);
  return cost === undefined ? switches : [...switches, change("loaded", { before: actual === undefined ? null : false, after: true, risk: cost })];
}

function loadingCost(desired: Service, actual: ServiceActual | undefined, ahead: Ahead): "reload" | "restart" | undefined {
  if (!desired.running) return undefined;
  const changes = (watched: readonly Watched[]): boolean => watched.some(({ resource }) => actual === undefined || ahead.changing.has(resource));
  if (actual?.restart === true || changes(desired.restartOn)) return "restart";
  return actual?.loaded === false || changes(desired.reloadOn) ? "reload" : undefined;
}
