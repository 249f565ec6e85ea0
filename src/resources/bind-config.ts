// named's whole configuration in one file: checked as a whole, loaded, and put back when a zone is not served.
import type { Found, Irreversible, Kind, PreImages } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type TextInput, text } from "../model/text.ts";
import { type BindConfig, type BindConfigActual, diff, probe, schema, steps } from "./bind/config.ts";
import type { ServedQuery } from "./bind/served-read.ts";
import { zoneServed } from "./bind/zone-desired.ts";
import { resourceOf } from "./make.ts";

export const bindConfigKind: Kind<BindConfig, BindConfigActual, "shell"> = {
  kind: "bind.config",
  summary: "named's whole configuration in one file: checked as named's own user with all its zones, loaded, and put back when a zone is not served.",
  schema,
  via: ["shell"],
  identity: ({ path }) => path,
  probe,
  diff,
  steps,
  restore,
};

export interface BindConfigOptions extends ResourceOptions {
  /** Default /etc/bind/named.conf. */
  readonly path?: string;
  readonly content: TextInput;
  /** Zones that must be served once it is loaded. */
  readonly zones?: readonly ServedQuery[];
}

/** named's configuration. Declare zones whose files are hlx's before it, and the unit after it. */
export function bindConfig(options: BindConfigOptions): Resource<BindConfig> {
  const { path = "/etc/bind/named.conf", content, zones = [], provides = [], ...brings } = options;
  return resourceOf(
    bindConfigKind,
    { path, content: text(content), zones },
    { ...brings, provides: [...zones.map((zone) => zoneServed(zone)), ...provides], traces: [path] },
  );
}

function restore(desired: BindConfig, before: Found<BindConfigActual>, pre: PreImages): BindConfig | Irreversible {
  const kept = pre.get(desired.path);
  if (before.found !== "present" || before.actual.file.type !== "file") return { irreversible: `there was no ${desired.path} before` };
  if (kept === undefined || kept.sha256 !== before.actual.file.sha256)
    return { irreversible: `no copy of the old ${desired.path} was kept`, copyOf: desired.path };
  return { path: desired.path, content: [kept.content], zones: [] };
}
