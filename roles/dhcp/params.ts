// What the dhcp role can be told.
import { dhcpOptions, type FromSchema, type JsonSchema, secretRefSchema } from "hlx";

const duration = {
  type: ["string", "integer"],
  pattern: "^[1-9][0-9]{0,8}[smhdw]?$",
  minimum: 1,
  maximum: 4_294_967_295,
  title: "seconds, or a number with s, m, h, d or w: 1h",
} as const satisfies JsonSchema;
const name = { type: "string", pattern: "^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$" } as const satisfies JsonSchema;
const word = { type: "string", minLength: 1 } as const satisfies JsonSchema;
const value = { type: ["string", "integer"], pattern: '^[^\\u0000-\\u001f\\u007f"\\\\]+$' } as const satisfies JsonSchema;

const ddns = {
  title: '"bind" (the name server on this host), or { server, key, … }',
  description: "Give every lease a name in DNS, in a zone of its own: dhcp.DOMAIN.",
  anyOf: [
    { const: "bind" },
    {
      type: "object",
      additionalProperties: false,
      properties: {
        server: { ...word, description: "The name server: an address, or a host or device of the inventory. Left out: on this host." },
        zones: { type: "object", additionalProperties: name, description: "The zone of a network, by the network's name. Left out: dhcp.DOMAIN.", default: {} },
        reverse: { type: "boolean", description: "Update the networks' reverse zones, too: they must be dynamic.", default: false },
        key: { ...name, description: "The TSIG key's name (hmac-sha256).", default: "hlx-dhcp" },
        secret: { ...secretRefSchema, description: "The TSIG key in base64. Left out: the secret tsig.KEY." },
      },
    },
  ],
} as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  required: ["networks"],
  properties: {
    server: { enum: ["kea", "isc"], description: "Kea, or ISC dhcpd (at its end of life since 2022). The other one is stopped.", default: "kea" },
    networks: {
      type: "array",
      minItems: 1,
      items: word,
      description: "Networks of the inventory that are served, with the reservations of their hosts and devices.",
    },
    ranges: { type: "array", items: word, description: "Which ranges of the networks are given to whoever asks.", default: ["dhcp"] },
    lease: { ...duration, description: "How long an address is lent.", default: "1h" },
    maxLease: { ...duration, description: "The longest that a client may ask for. Left out: as lease." },
    interfaces: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9._@-]{0,14}$" },
      description: "Where it listens. Left out: wherever a served network is.",
      default: [],
    },
    authoritative: { type: "boolean", description: "Tell clients that ask for a foreign address to let go of it.", default: true },
    options: {
      type: "object",
      propertyNames: { enum: Object.keys(dhcpOptions) },
      additionalProperties: { anyOf: [value, { type: "array", minItems: 1, items: value }] },
      description:
        "DHCP options beside those that follow from the inventory (routers, domain-name-servers, domain-name, domain-search): { ntp-servers: 10.0.0.1 }.",
      default: {},
    },
    boot: {
      type: "object",
      additionalProperties: false,
      required: ["file"],
      description: "What clients load that boot over the network.",
      properties: {
        file: { type: "string", pattern: '^[^\\u0000-\\u001f\\u007f"\\\\]+$', maxLength: 127 },
        server: { ...word, description: "An address, or a host or device of the inventory. Left out: this host." },
      },
    },
    ids: {
      type: "object",
      additionalProperties: { type: "integer", minimum: 1, maximum: 4_294_967_294 },
      description: "Kea's id of a network, by the network's name: leases are kept by it. Left out: the network's address as a number.",
      default: {},
    },
    ddns,
    extra: {
      anyOf: [{ type: "object" }, { type: "string" }],
      description: "What hlx has no word for: members of Kea's Dhcp4 as a map, or statements of dhcpd.conf as text.",
    },
  },
} as const satisfies JsonSchema;

export type DhcpParams = FromSchema<typeof params>;
