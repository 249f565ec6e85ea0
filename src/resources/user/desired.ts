// What a local account should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";
import type { Text } from "../../model/text.ts";
import { accountPattern, pathPattern, textSchema } from "../make.ts";

/** An account; what is undefined is not looked at. */
export interface User {
  readonly name: string;
  readonly uid?: number;
  /** Primary group. */
  readonly group?: string;
  /** Supplementary groups that it must be in, sorted. */
  readonly groups?: readonly string[];
  readonly shell?: string;
  readonly home?: string;
  readonly system?: boolean;
  readonly comment?: string;
  /** A crypt(3) hash. */
  readonly password?: Text;
  readonly absent?: boolean;
}

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: { type: "string", pattern: accountPattern, description: "The account's name." },
    uid: { type: "integer", minimum: 0, maximum: 4_294_967_294, description: "Its number. Left to the host when it is not given." },
    group: {
      type: "string",
      pattern: accountPattern,
      description: "Its primary group, which must be there. A new account without it gets a group of its own name.",
    },
    groups: {
      type: "array",
      uniqueItems: true,
      items: { type: "string", pattern: accountPattern },
      description: "Groups that it must be in; it stays in others.",
    },
    shell: { type: "string", pattern: pathPattern, description: "Its login shell." },
    home: { type: "string", pattern: pathPattern, description: "Its home. Made for a new account that is no system account; never moved." },
    system: { type: "boolean", description: "Make a system account: a low number, no home." },
    comment: { type: "string", pattern: "^[^:\\n\\u0000]*$", description: "Its full name (the GECOS field)." },
    password: { ...textSchema, description: "A crypt(3) hash such as mkpasswd prints, never the password itself. Not shown and not recorded." },
    absent: { type: "boolean", description: "Remove the account. Its home is kept." },
  },
};
