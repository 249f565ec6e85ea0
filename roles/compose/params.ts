// What the compose role can be told.
import { type FromSchema, type JsonSchema, textSchema } from "hlx";

const path = { type: "string", pattern: "^/[^\\u0000]*[^\\u0000/]$" } as const;
const value = { title: "a text, a number or a secret", anyOf: [...textSchema.anyOf, { type: ["number", "boolean"] }] } as const satisfies JsonSchema;
const env = { type: "object", propertyNames: { pattern: "^[A-Za-z_][A-Za-z0-9_]*$" }, additionalProperties: value } as const satisfies JsonSchema;
const pull = { enum: ["missing", "digest", "never"] } as const satisfies JsonSchema;

const file = {
  title: "a text, a secret, or { content, mode, owner, group }",
  anyOf: [
    ...textSchema.anyOf,
    {
      type: "object",
      additionalProperties: false,
      required: ["content"],
      properties: { content: textSchema, mode: { type: "string", pattern: "^[0-7]{4}$" }, owner: { type: "string" }, group: { type: "string" } },
    },
  ],
} as const satisfies JsonSchema;

const targets = {
  type: "object",
  additionalProperties: false,
  required: ["port"],
  properties: {
    hosts: { type: "string", default: "all", description: "A pattern of hosts." },
    port: { type: "integer", minimum: 1, maximum: 65535 },
    labels: { type: "object", additionalProperties: { type: "string" }, default: {} },
  },
} as const satisfies JsonSchema;

const stack = {
  type: "object",
  additionalProperties: false,
  properties: {
    env: { ...env, description: "Values of variables in the compose file, before those of its .env file.", default: {} },
    files: { type: "object", additionalProperties: file, description: "More files beside the compose file, by path: what has a secret in it.", default: {} },
    targets: {
      type: "object",
      additionalProperties: targets,
      default: {},
      description: "Files of scrape targets for Prometheus' file_sd_configs, from the inventory: { targets/nodes.json: { hosts: all, port: 9100 } }.",
    },
    profiles: { type: "array", items: { type: "string" }, description: "Profiles of the compose file that are active.", default: [] },
    dir: { ...path, description: "The stack's folder on the host, where it is not root/NAME." },
    pull: { ...pull, description: "Which images are pulled; see the role's." },
    state: { enum: ["running", "stopped"], default: "running", description: "stopped: its containers stay, and nobody starts them." },
    prune: { type: "boolean", default: false, description: "Remove containers whose service is not in the file any more." },
    wait: { type: "integer", minimum: 1, maximum: 7200, description: "Seconds that services may take until they are healthy." },
    absent: { type: "boolean", default: false, description: "Remove the stack; volumes and data stay." },
  },
} as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  required: ["stacks"],
  properties: {
    root: { ...path, default: "/srv/stacks", description: "Where the stacks' folders are on the host." },
    from: { type: "string", default: "stacks", description: "Where they are beside the inventory: FROM/NAME/compose.yaml." },
    env: { ...env, default: {}, description: "Values of variables for all stacks." },
    pull: { ...pull, default: "missing", description: "missing: what is not on the host. digest: also tags that the registry has moved. never: nothing." },
    wait: { type: "integer", minimum: 1, maximum: 7200, default: 120, description: "Seconds that services may take until they are healthy." },
    logins: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["username", "password"],
        properties: { username: { type: "string" }, password: textSchema },
      },
      description: "Logins at registries: { ghcr.io: { username: terrac, password: !secret ghcr.token } }.",
    },
    networks: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: { subnet: { type: "string" }, gateway: { type: "string" }, internal: { type: "boolean" }, driver: { type: "string" } },
      },
      description: "Networks that several stacks meet in, by name; stacks name them as external.",
    },
    volumes: {
      type: "object",
      default: {},
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: { driver: { type: "string" }, options: { type: "object", additionalProperties: { type: "string" } } },
      },
      description: "Volumes that outlive their stacks, by name; stacks name them as external.",
    },
    stacks: { type: "object", propertyNames: { pattern: "^[a-z0-9][a-z0-9_-]*$" }, additionalProperties: stack, description: "The stacks by name." },
  },
} as const satisfies JsonSchema;

export type ComposeParams = FromSchema<typeof params>;
export type StackParams = FromSchema<typeof stack>;
export type TargetParams = FromSchema<typeof targets>;
