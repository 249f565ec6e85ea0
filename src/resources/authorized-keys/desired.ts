// What an account's authorized_keys should hold, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import { accountPattern } from "../make.ts";

/** Keys that may log in as the user; with `exclusive`, no others. */
export interface AuthorizedKeys {
  readonly user: string;
  readonly keys: readonly string[];
  readonly exclusive?: boolean;
  readonly absent?: boolean;
}

const keyPattern = "^[^\\u0000-\\u001f\\u007f]*(ssh-|ecdsa-sha2-|sk-)[A-Za-z0-9@.-]+ +AAAA[A-Za-z0-9+/]+={0,2}( [^\\u0000-\\u001f\\u007f]*)?$";

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["user", "keys"],
  properties: {
    user: { type: "string", pattern: accountPattern, description: "The account; it must be there or come from an earlier resource." },
    keys: {
      type: "array",
      items: { type: "string", pattern: keyPattern, maxLength: 16_384 },
      description: "Lines of an authorized_keys file (sshd(8)): options, type, key and comment.",
    },
    exclusive: { type: "boolean", description: "Remove every other key. Default false." },
    absent: { type: "boolean", description: "Remove these keys." },
  },
};
