// What a host's DHCPv4 server should be, as data and as a schema.
import type { DhcpModel } from "../../model/dhcp/model.ts";
import { dhcpOptions } from "../../model/dhcp/options.ts";
import type { JsonSchema } from "../../model/schema.ts";
import { pathPattern } from "../make.ts";
import { type Watched, watchedSchema } from "../service/desired.ts";

/** What it should do, and what else it must have loaded. */
export interface DhcpServer extends DhcpModel {
  readonly watch: readonly Watched[];
  /** Files by path, as they were: instead of what follows from the rest. */
  readonly verbatim?: Readonly<Record<string, string>>;
  readonly absent?: boolean;
}

const ipv4 = "^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$";
const cidr = "^([0-9]{1,3}\\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$";
// Names end up in two servers' files: nothing that would end a word or a string in either.
const hostName = "^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$";
const quotable = '^[^\\u0000-\\u001f\\u007f"\\\\]+$';
const seconds = { type: "integer", minimum: 1, maximum: 4_294_967_295 } as const;
const address = { type: "string", pattern: ipv4 } as const;
const zone = { type: "string", pattern: hostName } as const;

const subnet = {
  type: "object",
  additionalProperties: false,
  required: ["id", "cidr", "pools", "options", "lease", "maxLease", "reservations"],
  properties: {
    id: { type: "integer", minimum: 1, maximum: 4_294_967_294 },
    cidr: { type: "string", pattern: cidr },
    pools: { type: "array", items: { type: "object", additionalProperties: false, required: ["from", "to"], properties: { from: address, to: address } } },
    options: { type: "object", propertyNames: { enum: Object.keys(dhcpOptions) }, additionalProperties: { type: "string", pattern: quotable } },
    lease: seconds,
    maxLease: seconds,
    boot: {
      type: "object",
      additionalProperties: false,
      required: ["file"],
      properties: { file: { type: "string", pattern: quotable, maxLength: 127 }, server: address },
    },
    ddns: zone,
    reservations: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "mac", "address"],
        properties: { name: { type: "string", pattern: hostName }, mac: { type: "string", pattern: "^([0-9a-f]{2}:){5}[0-9a-f]{2}$" }, address },
      },
    },
  },
} as const satisfies JsonSchema;

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["server", "interfaces", "authoritative", "subnets", "watch"],
  properties: {
    server: { enum: ["kea", "isc"], description: "Kea, or ISC dhcpd. The other one is stopped, and does not start at boot." },
    interfaces: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9._@-]{0,14}$" },
      description: "Where it listens; none named: everywhere.",
    },
    authoritative: { type: "boolean", description: "Tell clients that ask for a foreign address to let go of it." },
    subnets: {
      type: "array",
      items: subnet,
      description: "Networks with an id that stays, pools, options, lease times (seconds), what to boot, the zone that gets names of leases, and reservations.",
    },
    ddns: {
      type: "object",
      additionalProperties: false,
      required: ["server", "key", "zones"],
      description: "The name server that gets names of leases, the key's name and file, and the zones that may be updated.",
      properties: {
        server: address,
        key: {
          type: "object",
          additionalProperties: false,
          required: ["name", "file"],
          properties: { name: zone, file: { type: "string", pattern: pathPattern } },
        },
        zones: { type: "array", items: zone },
      },
    },
    extra: { anyOf: [{ type: "object" }, { type: "string" }], description: "What hlx has no word for: members of Kea's Dhcp4, or statements of dhcpd.conf." },
    watch: { ...watchedSchema, description: "Resources that it must have loaded, too." },
    verbatim: {
      type: "object",
      propertyNames: { pattern: pathPattern },
      additionalProperties: { type: "string" },
      description: "Files as they were: for undo.",
    },
    absent: { type: "boolean", description: "Stop it, keep it from starting at boot, and remove its configuration." },
  },
};
