// What a file should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import type { Text } from "../../model/text.ts";
import { argvSchema, modePattern, ownerPattern, pathPattern, textSchema } from "../make.ts";

/** A regular file: its content, owner and mode; or that there is none. */
export interface File {
  readonly path: string;
  readonly content: Text;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly validate?: readonly string[];
  readonly guard?: readonly string[];
  readonly absent?: boolean;
}

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["path", "content", "mode", "owner", "group"],
  properties: {
    path: {
      type: "string",
      pattern: pathPattern,
      description: "Where: an absolute path in its shortest spelling. Its folder must be there or come from an earlier resource.",
    },
    content: { ...textSchema, description: "The whole content: text, secrets and values known later." },
    mode: { type: "string", pattern: modePattern, description: "Four octal digits. Default 0644." },
    owner: { type: "string", pattern: ownerPattern, description: "A user, by name or number. Default root." },
    group: { type: "string", pattern: ownerPattern, description: "A group, by name or number. Default root." },
    validate: { ...argvSchema, description: "A command that checks the staged file before it replaces the old one; %s stands for the staged file's path." },
    guard: { ...argvSchema, description: "A command that checks the host after the file is in place; when it fails, the old file comes back." },
    absent: { type: "boolean", description: "Remove the file. What was there is kept for undo." },
  },
};
