// What the bind role can be told.
import { type FromSchema, type JsonSchema, recordTypes, secretOr } from "hlx";

const label = "^[A-Za-z][A-Za-z0-9-]{0,62}$";
const zonePattern = "^[A-Za-z0-9_/-]{1,63}(\\.[A-Za-z0-9_/-]{1,63})*\\.?$";
const oneLine = "^[^\\u0000-\\u001f\\u007f]*$";

const peer = {
  type: "string",
  pattern: "^[A-Za-z0-9_.:-]+$",
  title: "a host or device of the inventory, or an address",
} as const satisfies JsonSchema;
const peers = { type: "array", items: peer } as const satisfies JsonSchema;
const resolver = {
  type: "string",
  pattern: "^[A-Za-z0-9_.:-]+(#[0-9]{1,5})?$",
  title: "a host or device of the inventory, or an address, perhaps with #PORT",
} as const satisfies JsonSchema;
const match = {
  type: "string",
  pattern: "^!?(key )?[A-Za-z0-9_.:/-]+$",
  title: "an address, a network in CIDR or by its name in the inventory, a host, an acl, `key NAME`, or any, none, localhost, localnets; ! before it excludes",
} as const satisfies JsonSchema;
const matches = { type: "array", items: match } as const satisfies JsonSchema;
const keyName = { type: "string", pattern: label } as const satisfies JsonSchema;
const seconds = { type: "integer", minimum: 0, maximum: 2147483647 } as const satisfies JsonSchema;

const record = {
  title: "an address, a host or device of the inventory, or { type, data }",
  anyOf: [
    { type: "string", pattern: oneLine },
    {
      type: "object",
      additionalProperties: false,
      required: ["type", "data"],
      properties: { type: { enum: recordTypes }, data: { type: "string", pattern: oneLine }, ttl: seconds },
    },
  ],
} as const satisfies JsonSchema;

const forwarding = {
  forwarders: { type: "array", items: resolver, description: "Resolvers that questions go on to; with #PORT where it is not 53." },
  forward: { enum: ["first", "only"], description: "Whether to ask the root servers when no forwarder answers (first)." },
} as const satisfies Record<string, JsonSchema>;

const zone = {
  type: "object",
  additionalProperties: false,
  properties: {
    type: {
      enum: ["primary", "secondary", "forward", "stub"],
      description: "primary: made here. secondary: transferred. forward: asked elsewhere. stub: only its name servers are transferred.",
      default: "primary",
    },
    from: {
      description: "Networks of the inventory whose records are in it: A, AAAA, CNAME and own records in forward zones, PTR in reverse ones.",
      anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
    },
    reverse: { type: "boolean", description: "The reverse zones of these networks, too, with the same settings.", default: false },
    records: {
      type: "object",
      description: 'Records beside those: "*": ocean, k8s-lb: apiserver, "@": { type: MX, data: 10 mail }',
      additionalProperties: { title: record.title, anyOf: [...record.anyOf, { type: "array", items: record }] },
      default: {},
    },
    mode: {
      enum: ["static", "dynamic"],
      description: "static: the zone's file is hlx's, and nothing else is in it. dynamic: others may update it; only hlx's own records are hlx's.",
      default: "static",
    },
    purge: { enum: ["owned", "none", "all"], description: "What a dynamic zone loses beside what is no longer desired.", default: "owned" },
    updateKeys: { type: "array", items: keyName, description: "TSIG keys that may update a dynamic zone.", default: [] },
    ttl: { ...seconds, description: "Seconds that records are kept in caches.", default: 3600 },
    soa: {
      type: "object",
      additionalProperties: false,
      description: "Start of authority.",
      properties: {
        mname: { type: "string", pattern: "^[A-Za-z0-9_.-]+$", description: "The primary's name; default this host's." },
        contact: { type: "string", pattern: "^[A-Za-z0-9_.@-]+$", description: "A mailbox; default hostmaster in the zone's own domain." },
        refresh: { ...seconds, default: 3600 },
        retry: { ...seconds, default: 900 },
        expire: { ...seconds, default: 1209600 },
        minimum: { ...seconds, description: "How long it is remembered that a name is not there.", default: 300 },
      },
      default: {},
    },
    serial: { enum: ["date", "epoch", "increment"], description: "How the serial grows when something changed.", default: "date" },
    ns: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9_.-]+$" },
      description: "Names of its servers; default this host and the secondaries that the inventory knows, or what records say of @.",
    },
    secondaries: { ...peers, description: "Who transfers it: they are told of changes.", default: [] },
    primaries: { ...peers, description: "Where a secondary or stub zone is transferred from.", default: [] },
    key: { ...keyName, description: "The TSIG key of transfers, on both sides." },
    transferTo: { ...matches, description: "Who else may transfer it.", default: [] },
    dnssec: { type: "string", pattern: label, description: "A dnssec-policy by which named signs it: default." },
    catalog: { type: "array", items: { type: "string", pattern: zonePattern }, description: "It is a catalog (RFC 9432) of these zones." },
    ...forwarding,
  },
} as const satisfies JsonSchema;

const zones = { type: "object", propertyNames: { pattern: zonePattern }, additionalProperties: zone, default: {} } as const satisfies JsonSchema;

const recursive = {
  recursion: { type: "boolean", description: "Whether it looks up names of others for its clients.", default: true },
  ...forwarding,
} as const satisfies Record<string, JsonSchema>;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    ...recursive,
    recursionFor: { ...matches, description: "Who may have names of others looked up; default the host's own networks and those of the inventory." },
    queriesFrom: { ...matches, description: "Who may ask at all.", default: ["any"] },
    dnssecValidation: { enum: ["auto", "yes", "no"], description: "no where the forwarders do not pass on signatures.", default: "auto" },
    listen: { type: "array", items: peer, description: "Addresses to listen on, the loopback beside them; default all." },
    acls: {
      type: "object",
      propertyNames: { pattern: "^[A-Za-z][A-Za-z0-9_-]{0,62}$" },
      additionalProperties: matches,
      description: "Names for lists of clients.",
      default: {},
    },
    keys: {
      type: "object",
      propertyNames: { pattern: label },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        properties: {
          algorithm: { enum: ["hmac-sha256", "hmac-sha384", "hmac-sha512"], default: "hmac-sha256" },
          secret: {
            ...secretOr({ type: "string", pattern: "^[A-Za-z0-9+/]+=*$" }),
            description: "Base64. Left out: the secret tsig.NAME, which `hlx secrets rotate tsig.NAME --length 44` makes.",
          },
        },
      },
      description: "TSIG keys by name; the same on both sides.",
      default: {},
    },
    zones: { ...zones, description: "Zones by name." },
    views: {
      type: "object",
      propertyNames: { pattern: label },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["clients"],
        properties: { clients: { ...matches, description: "Who sees this view; the first view that fits is theirs." }, ...recursive, zones },
      },
      description: "Other answers for other clients; zones stand in views then.",
    },
    catalogs: {
      type: "object",
      propertyNames: { pattern: zonePattern },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["primaries"],
        properties: { primaries: peers, key: keyName },
      },
      description: "Catalogs of other servers: their zones become secondary here.",
      default: {},
    },
    options: {
      type: "array",
      items: { type: "string", pattern: oneLine },
      description: "More statements inside of options { }, as named.conf has them.",
      default: [],
    },
    extra: { type: "string", description: "More of named.conf: logging, statistics-channels, dnssec-policy.", default: "" },
  },
} as const satisfies JsonSchema;

export type BindParams = FromSchema<typeof params>;
export type ZoneParams = FromSchema<typeof zone>;
