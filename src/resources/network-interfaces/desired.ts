// What interfaces of /etc/network/interfaces should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";

/** One `iface` block: its method, and those of its options that hlx knows. */
export interface Block {
  readonly method: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A family that is left out stays as it is; null has none. */
export interface Interface {
  /** Brought up at boot and by `ifreload -a`; left out: as it is. */
  readonly auto?: boolean;
  readonly inet?: Block | null;
  readonly inet6?: Block | null;
}

export const families = ["inet", "inet6"] as const;
export type Family = (typeof families)[number];

export interface NetworkInterfaces {
  /** By name; null where there is to be none. What is not named stays. */
  readonly interfaces: Readonly<Record<string, Interface | null>>;
  /** Seconds in which somebody must be able to log in anew. */
  readonly patience: number;
}

/** The options that are compared, and go where nobody desires them; all others stay. ifupdown2's names (interfaces(5), ifupdown-addons-interfaces(5)). */
export const known = [
  ...["address", "gateway", "mtu"],
  ...["bridge-ports", "bridge-stp", "bridge-fd", "bridge-vlan-aware", "bridge-vids"],
  ...["bond-slaves", "bond-mode", "bond-miimon", "bond-xmit-hash-policy", "bond-primary", "bond-lacp-rate"],
] as const;

/** The ports of a bridge or a bond. */
export function portsOf(options: Block["options"]): readonly string[] {
  return [options["bridge-ports"], options["bond-slaves"]].flatMap((ports) => (ports === undefined || ports === "none" ? [] : ports.split(" ")));
}

/** Fifteen characters is the kernel's limit (IFNAMSIZ). */
export const interfacePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$";

const option = { type: "string", pattern: "^[^\\u0000-\\u001f\\u007f]+$" } as const satisfies JsonSchema;

const block = {
  anyOf: [
    { type: "null" },
    {
      type: "object",
      additionalProperties: false,
      required: ["method", "options"],
      properties: {
        method: { enum: ["static", "manual", "dhcp", "loopback", "auto"], description: "As behind the family in the file." },
        options: {
          type: "object",
          additionalProperties: false,
          properties: Object.fromEntries(known.map((name) => [name, option])),
          description: "The options that hlx knows.",
        },
      },
    },
  ],
} satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["interfaces", "patience"],
  properties: {
    interfaces: {
      type: "object",
      minProperties: 1,
      propertyNames: { pattern: interfacePattern },
      description: "Interfaces by name: null where there is to be none. What is not named stays, and so do options that hlx has no word for.",
      additionalProperties: {
        anyOf: [
          { type: "null" },
          {
            type: "object",
            additionalProperties: false,
            properties: {
              auto: { type: "boolean", description: "Brought up at boot; left out: as it is." },
              inet: { ...block, description: "IPv4; null has none, left out stays as it is." },
              inet6: { ...block, description: "IPv6, the same way." },
            },
          },
        ],
      },
    },
    patience: {
      type: "integer",
      minimum: 5,
      maximum: 600,
      description: "Seconds in which hlx must be able to log in anew; else the old file comes back. Default 60.",
    },
  },
};
