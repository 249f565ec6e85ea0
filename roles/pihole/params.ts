// What the role pihole can be told.
import { type FromSchema, type JsonSchema, piholeSettingsSchema, secretRefSchema } from "hlx";

const oneLine = "^[^\\u0000-\\u001f\\u007f]+$";
const word = "^[^\\s,#\\u0000-\\u001f]+$";
const groups = {
  type: "array",
  items: { type: "string", pattern: oneLine },
  uniqueItems: true,
  description: "The groups it counts for. Default the group Default.",
} as const;
const comment = { type: "string", pattern: oneLine } as const;
const enabled = { type: "boolean", description: "Default true." } as const;
const server = { type: "string", pattern: "^[^\\s,#]+(#[0-9]{1,5})?$", description: "A host, a device or an address, with #PORT where it is not 53." } as const;

const list = {
  anyOf: [
    { type: "string", pattern: word },
    {
      type: "object",
      additionalProperties: false,
      required: ["address"],
      properties: {
        address: { type: "string", pattern: oneLine },
        type: { enum: ["block", "allow"], description: "Default block." },
        groups,
        comment,
        enabled,
      },
    },
  ],
} as const satisfies JsonSchema;

const domain = {
  anyOf: [
    { type: "string", pattern: word },
    {
      type: "object",
      additionalProperties: false,
      properties: {
        domain: { type: "string", pattern: word },
        regex: { type: "string", pattern: oneLine, description: "A POSIX extended regular expression, instead of a domain." },
        groups,
        comment,
        enabled,
      },
      oneOf: [{ required: ["domain"] }, { required: ["regex"] }],
    },
  ],
} as const satisfies JsonSchema;

const group = {
  anyOf: [
    { type: "string", pattern: oneLine },
    { type: "object", additionalProperties: false, required: ["name"], properties: { name: { type: "string", pattern: oneLine }, comment, enabled } },
  ],
} as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    password: {
      ...secretRefSchema,
      description: "The administrator's password, or an app password where webserver.api.app_sudo is on. Set only where the Pi-hole has none.",
    },
    port: {
      type: "integer",
      minimum: 1,
      maximum: 65535,
      default: 80,
      description: "HTTP port of its web server on its host; it is reached through the connection to the host.",
    },
    through: {
      enum: ["api", "cli"],
      default: "api",
      description: "`cli` uses `pihole-FTL --config` on the host instead of the API: settings only, one restart each, no password needed.",
    },
    upstreams: { type: "array", items: server, minItems: 1, description: "Where it asks: hosts, devices or addresses, in their order." },
    forward: {
      type: "object",
      additionalProperties: server,
      description: "Who knows the names and addresses of a network, by the network's name or its CIDR: { lan: dns01 }. Its domain goes there, too.",
    },
    local: {
      type: "array",
      items: { type: "string" },
      uniqueItems: true,
      default: [],
      description:
        "Networks whose names the Pi-hole itself answers, because no other server does: all hosts, devices, aliases and address records of the inventory.",
    },
    blocking: { type: "boolean", description: "Whether it blocks at all." },
    groups: { type: "array", items: group, description: "Groups beside the group Default." },
    lists: { type: "array", items: list, description: "Lists to fetch: addresses, or { address, type: allow, groups, comment, enabled }." },
    deny: { type: "array", items: domain, description: "Domains that are blocked: names, or { domain | regex, groups, comment, enabled }." },
    allow: { type: "array", items: domain, description: "Domains that are never blocked, written as those of `deny`." },
    clients: {
      type: "object",
      additionalProperties: groups,
      description: "Who is in which groups: { ocean: [kids], 192.168.1.0/24: [guests] }, by host, device, address, CIDR or MAC.",
    },
    only: {
      type: "array",
      uniqueItems: true,
      items: { enum: ["groups", "lists", "clients", "domains"] },
      description: "Of these everything goes that is not named here, whoever made it.",
    },
    settings: { ...piholeSettingsSchema, default: {}, description: "Every other setting by its name in pihole.toml: { dns.blockTTL: 5 }." },
    stack: {
      type: "object",
      additionalProperties: false,
      required: ["image"],
      properties: {
        image: { type: "string", pattern: "^[a-z0-9][a-zA-Z0-9._/:@-]*$", description: "pihole/pihole with a tag of version 6, best with its digest." },
        dir: {
          type: "string",
          pattern: "^/[^\\u0000]*[^\\u0000/]$",
          default: "/srv/stacks/pihole",
          description: "Its folder on the host; settings and lists are in etc below it.",
        },
        timezone: { type: "string", pattern: "^[A-Za-z0-9_+/-]+$", description: "Of its log and its statistics: Europe/Zurich." },
      },
      description: "Run Pi-hole 6 as a container, where the host has Docker: the role docker before this one.",
    },
    install: {
      type: "object",
      additionalProperties: false,
      required: ["url", "sha256"],
      properties: {
        url: { type: "string", pattern: "^(https|file)://[^\\s]+$", description: "Pi-hole's basic-install.sh of one version." },
        sha256: { type: "string", pattern: "^[0-9a-f]{64}$", description: "Of that file." },
      },
      description: "Install Pi-hole 6 where it is not. The installer needs the internet.",
    },
  },
} as const satisfies JsonSchema;

export type Params = FromSchema<typeof params>;
