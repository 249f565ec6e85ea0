// A systemd unit: is it running, does it start at boot, has it loaded what it watches?
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import { ProblemError } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { resourceOf } from "./make.ts";
import { type Service, schema, type Watched } from "./service/desired.ts";
import { diff } from "./service/diff.ts";
import { probe, type ServiceActual } from "./service/probe.ts";
import { steps } from "./service/steps.ts";
import { fullUnit, shortUnit, unitOf } from "./unit-of.ts";

export { unitOf };

export const serviceKind: Kind<Service, ServiceActual, "shell"> = {
  kind: "service",
  summary: "A systemd unit: running, started at boot, and up to date with what it watches.",
  schema,
  via: ["shell"],
  identity: ({ unit }) => shortUnit(unit),
  probe,
  diff,
  steps,
  absent: ({ unit }) => ({ unit, running: false, enabled: false, reloadOn: [], restartOn: [] }),
  rewatch,
  restore,
  accountsFor: ({ unit }) => [{ sort: "unit", name: fullUnit(unit) }],
};

export interface ServiceOptions extends ResourceOptions {
  readonly unit: string;
  readonly running?: boolean;
  readonly enabled?: boolean;
  readonly reloadOn?: readonly Resource[];
  readonly restartOn?: readonly Resource[];
}

/** A systemd unit, by default running and started at boot; reloaded or restarted until it has loaded what it watches. */
export function service(options: ServiceOptions): Resource<Service> {
  const { unit, running = true, enabled = true, reloadOn = [], restartOn = [], ...brings } = options;
  const watch = (resources: readonly Resource[]): readonly Watched[] => resources.map((resource) => watched(resource, unit));
  const desired: Service = { unit: shortUnit(unit), running, enabled, reloadOn: watch(reloadOn), restartOn: watch(restartOn) };
  return resourceOf(serviceKind, desired, brings);
}

function watched(resource: Resource, unit: string): Watched {
  if (typeof resource?.id === "string") return { resource: resource.id, traces: resource.traces };
  const hint = "name what file(…) made: const site = file(…); service({ …, reloadOn: [site] })";
  throw new ProblemError({ code: "input", message: `service:${shortUnit(unit)} watches ${JSON.stringify(resource) ?? "nothing"}, which is no resource`, hint });
}

function rewatch(desired: Service, before: Service, removed: ReadonlySet<string>): Service | undefined {
  const now = new Set([...desired.reloadOn, ...desired.restartOn].map(({ resource }) => resource));
  const lost = (watched: readonly Watched[]): readonly Watched[] => watched.filter(({ resource }) => removed.has(resource) && !now.has(resource));
  const [reloadOn, restartOn] = [lost(before.reloadOn), lost(before.restartOn)];
  if (reloadOn.length + restartOn.length === 0) return undefined;
  return { ...desired, reloadOn: [...desired.reloadOn, ...reloadOn], restartOn: [...desired.restartOn, ...restartOn] };
}

// A unit that was not there before is stopped and disabled: what brought it is undone by its own resource.
function restore(desired: Service, before: Found<ServiceActual>): Service | Irreversible {
  if (before.found === "unknown") return { irreversible: `the unit ${desired.unit} was not known before` };
  if (before.found !== "present") return { ...desired, running: false, enabled: false };
  const { running, enabled } = before.actual;
  return { ...desired, running, enabled };
}
