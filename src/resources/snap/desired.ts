// What a snap should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import { wordPattern } from "../make.ts";

/** A script before or after a refresh of a snap that is there; `host` where it runs on another one. */
export interface Around {
  readonly title: string;
  readonly host?: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly deadlineMs: number;
}

export interface Snap {
  readonly name: string;
  readonly channel: string;
  readonly classic?: boolean;
  readonly hold?: boolean;
  readonly careful?: boolean;
  readonly before?: readonly Around[];
  readonly after?: readonly Around[];
}

const name = { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", maxLength: 40 } as const satisfies JsonSchema;

const around = {
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["title", "script", "args", "deadlineMs"],
    properties: {
      title: { type: "string", minLength: 1 },
      host: { type: "string", minLength: 1 },
      script: { type: "string", minLength: 1, pattern: wordPattern },
      args: { type: "array", items: { type: "string", pattern: wordPattern } },
      deadlineMs: { type: "integer", minimum: 1, maximum: 86_400_000 },
    },
  },
} as const satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "channel"],
  properties: {
    name,
    channel: {
      type: "string",
      pattern: "^[A-Za-z0-9._+-]+/(stable|candidate|beta|edge)(/[A-Za-z0-9._-]+)?$",
      description: "The channel that it tracks: 1.32/stable.",
    },
    classic: { type: "boolean", description: "Without confinement; default false." },
    hold: { type: "boolean", description: "Refreshed only when asked for; needs snapd 2.58. Default false, which leaves a hold as it is." },
    careful: { type: "boolean", description: "Tracks are versions: at most one minor forward, never back. Default false." },
    before: { ...around, description: "What is done before a refresh of what is there, here or on another host: drain a node." },
    after: { ...around, description: "What is done after it." },
  },
};
