// What a playbook file may hold: a list of plays.
import { checksSchema } from "../model/check.ts";
import type { FromSchema, JsonSchema } from "../model/schema.ts";

/** Names of roles, and of their `as`: a folder name on every file system, and never an option. */
export const roleNamePattern = "^[a-z][a-z0-9_-]{0,62}$";
/** Keys beside a role's name in a play's list; a role cannot have one of these names. */
export const reservedKeys = ["as", "tags", "independent", "checks"] as const;

const pattern = { type: "string", minLength: 1 } as const;
const tag = { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]*$" } as const;
const tags = { description: "One tag or a list of tags.", anyOf: [tag, { type: "array", items: tag }] } as const;
const name = { type: "string", title: "a name of small letters, digits, - and _", pattern: roleNamePattern } as const;

const roleItem = {
  description: "A role's name, or a map with the role's name as key and its params as value.",
  anyOf: [
    name,
    {
      type: "object",
      properties: {
        as: { ...name, description: "Another name for this use of the role, so that a host can have it twice." },
        tags,
        independent: { type: "boolean", description: "Do not wait for the roles before it in this list." },
        checks: { ...checksSchema, description: "What must be good when the role is done: a list of http://…, tcp:PORT, unit:NAME, container:NAME, or maps." },
      },
      additionalProperties: { type: ["object", "null"], title: "a map of params (they stand below the role's name, further in)" },
    },
  ],
} as const;

const requirement = {
  description: "A role's name (on all hosts that have it), or a role on the hosts of a pattern.",
  anyOf: [
    { type: "string", minLength: 1 },
    { type: "object", properties: { role: { type: "string", minLength: 1 }, hosts: pattern }, required: ["role"], additionalProperties: false },
  ],
} as const;

/** JSON Schema of a playbook file. */
export const playbookSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "a list of plays (- hosts: … with roles: …)",
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    properties: {
      name: { type: "string", description: "What the play is for." },
      hosts: { description: "Which hosts: a pattern, or a list of patterns.", anyOf: [pattern, { type: "array", minItems: 1, items: pattern }] },
      roles: { type: "array", items: roleItem, description: "The roles, in the order of the work." },
      tags,
      serial: {
        description: "How many hosts at once: a number, or a percentage of the play's hosts.",
        anyOf: [
          { type: "integer", minimum: 1 },
          { type: "string", pattern: "^([1-9][0-9]?|100)%$" },
        ],
      },
      after: { type: "array", items: requirement, description: "Roles that must be done before this play's roles." },
    },
    required: ["hosts", "roles"],
    additionalProperties: false,
  },
} as const satisfies JsonSchema;

export type PlaybookFile = FromSchema<typeof playbookSchema>;
