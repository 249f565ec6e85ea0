// What a command should have done, as data and as a schema.
import { type Risk, risks } from "../../model/kind.ts";
import type { JsonSchema } from "../../model/schema.ts";
import type { Text } from "../../model/text.ts";
import { pathPattern, textSchema, wordPattern } from "../make.ts";

/** A constant script of a role with its probe. */
export interface Command {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly creates?: string;
  readonly unless?: string;
  readonly onlyIf?: string;
  readonly stdin?: Text;
  readonly deadlineMs?: number;
  readonly risk?: Risk;
}

const script = { type: "string", minLength: 1, pattern: wordPattern } as const;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "script", "args"],
  anyOf: [{ required: ["creates"] }, { required: ["unless"] }, { required: ["onlyIf"] }],
  properties: {
    name: {
      type: "string",
      minLength: 1,
      maxLength: 100,
      pattern: "^[^\\u0000-\\u001f\\u007f]+$",
      description: "What it does, in a few words. One name a host.",
    },
    script: { ...script, description: "The script, for sh: a constant of the role. Its values come as $1, $2 and so on." },
    args: {
      type: "array",
      items: { type: "string", pattern: wordPattern },
      description: "The values, for script, unless and onlyIf alike. No secrets: other users can see them.",
    },
    creates: { type: "string", pattern: pathPattern, description: "Done when something is at this path." },
    unless: { ...script, description: "Done when this script exits 0. It must change nothing." },
    onlyIf: { ...script, description: "Not needed when this script exits with anything but 0. It must change nothing." },
    stdin: { ...textSchema, description: "Given to the script on standard input: the place for secrets." },
    deadlineMs: {
      type: "integer",
      minimum: 1,
      maximum: 86_400_000,
      description:
        "How long it may take, in milliseconds; then it is killed. With it the script runs detached, with its output followed; without it it is one of a batch of short steps, which has ten minutes.",
    },
    risk: { type: "string", enum: [...risks], description: "What running it may cost. Default none." },
  },
};
