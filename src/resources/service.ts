// A systemd unit: is it running, does it start at boot, has it loaded what it watches?
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { resourceOf } from "./make.ts";
import type { Service, Watched } from "./service/desired.ts";
import { shortUnit, unitOf } from "./unit-of.ts";

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
  const desired: Service = { unit: shortUnit(unit), running, enabled, reloadOn: reloadOn.map(watched), restartOn: restartOn.map(watched) };
  return resourceOf({ kind: "service", identity: () => desired.unit }, desired, brings);
}

function watched({ id, traces }: Resource): Watched {
  return { resource: id, traces };
}

export { unitOf };
