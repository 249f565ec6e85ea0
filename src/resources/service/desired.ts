// What a systemd unit should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import { pathPattern } from "../make.ts";

/** Another resource that a unit must have loaded: its `kind:identity`, and the paths that tell when it changed. */
export interface Watched {
  readonly resource: string;
  readonly traces: readonly string[];
}

/** A unit's two switches, and what it must have loaded. The name is without `.service`. */
export interface Service {
  readonly unit: string;
  readonly running: boolean;
  readonly enabled: boolean;
  readonly reloadOn: readonly Watched[];
  readonly restartOn: readonly Watched[];
}

export const watchedSchema = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["resource", "traces"],
    properties: { resource: { type: "string", minLength: 1 }, traces: { type: "array", items: { type: "string", pattern: pathPattern } } },
  },
} as const satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["unit", "running", "enabled", "reloadOn", "restartOn"],
  properties: {
    unit: {
      type: "string",
      maxLength: 240,
      pattern: "^(?!.*@(\\.[a-z]+)?$)[A-Za-z0-9_:\\\\][A-Za-z0-9_:.\\\\@-]*$",
      description: "The unit's name; .service may be left out. No template without its instance.",
    },
    running: { type: "boolean", description: "Is it active? Default true. A oneshot unit counts as running once it succeeded." },
    enabled: { type: "boolean", description: "Does it start at boot? Default true. Units that cannot be switched (static, generated) are right as they are." },
    reloadOn: { ...watchedSchema, description: "Resources that it must have loaded; a reload is enough (systemctl reload-or-restart)." },
    restartOn: { ...watchedSchema, description: "Resources that it only loads when it restarts." },
  },
};

/** Every path that is watched, each once. */
export function tracesOf(watched: readonly Watched[]): readonly string[] {
  return [...new Set(watched.flatMap(({ traces }) => traces))];
}
