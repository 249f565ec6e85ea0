// The JSON Schema of inventory.yaml: what may stand where, with a sentence on each key.

import { checksSchema } from "../model/check.ts";
import { recordTypes } from "../model/record-data.ts";
import type { JsonSchema } from "../model/schema.ts";
import { liveSources } from "./live-sources.ts";
import { secretSources } from "./secret-sources.ts";
import { vm } from "./vm-schema.ts";
import { hostName, login, name, size, text, words } from "./words.ts";

const jump = {
  type: "string",
  pattern: "^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_\\[][A-Za-z0-9_.:\\]-]*(,([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_\\[][A-Za-z0-9_.:\\]-]*)*$",
  title: "a host to jump through: user@host:port, or several with commas between",
} as const;
const reach = { type: "string", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.:-]*$", title: "an address or a host name, without a port" } as const;
const mac = { type: "string", pattern: "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", title: 'a MAC address such as "92:6c:9a:65:20:23"' } as const;
const secret = {
  title: "a secret: !secret some.name",
  type: "object",
  required: ["secret"],
  additionalProperties: false,
  properties: { secret: { type: "string" } },
} as const;
const address = {
  title: "a host number of the network or a full address",
  description: "2 is host number 2 of the network; a full address is allowed",
  anyOf: [{ type: "integer", minimum: 0 }, reach],
} as const;
const pciId = { type: "string", pattern: "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(\\.[0-7])?$", title: 'a PCI address such as "42:00"' } as const;

const proxmox = {
  type: "object",
  description: "How a Proxmox node is reached and what it has to give; further keys are kept as they are",
  additionalProperties: true,
  properties: {
    cores: { type: "integer", minimum: 1, description: "What it has, for guests to be compared with: threads of its processors" },
    memory: { ...size, description: "What it has for guests" },
    storages: { type: "object", description: "What its storages hold, by name: local-lvm: 800G", additionalProperties: size },
    pci: { type: "object", description: "Devices to pass through, by name", propertyNames: name, additionalProperties: pciId },
    token: { ...secret, description: "The API token: !secret proxmox.token" },
    user: { ...text, description: "Who asks with a password instead of a token: root@pam" },
    password: { ...secret, description: "That user's password: !secret some.name" },
    address: { ...text, description: "Where its API is asked; default: where the host is logged in to" },
    port: { type: "integer", minimum: 1, maximum: 65535, description: "Of its API; default 8006" },
    fingerprint: {
      type: "string",
      pattern: "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$",
      title: "a SHA-256 fingerprint",
      description: "Of the node's certificate: AB:CD:…",
    },
    ca: {
      type: "string",
      pattern: "BEGIN CERTIFICATE",
      title: "a certificate in PEM",
      description: "The cluster's CA (/etc/pve/pve-root-ca.pem) instead of a fingerprint",
    },
  },
} as const;

const settings = {
  user: { ...login, description: "The user to log in as" },
  port: { type: "integer", minimum: 1, maximum: 65535, description: "The SSH port" },
  key: { ...text, description: "The private key's file" },
  jump: { ...jump, description: "The hosts to jump through, in the order of travel: user@host:port, with commas between" },
  become: {
    enum: [true, false, "sudo", "su", "doas"],
    title: "true, false, sudo, su or doas",
    description: "How to become root after login; default true, which is sudo",
  },
  password: { ...secret, description: "The login's password: !secret some.name" },
  becomePassword: { ...secret, description: "The password that sudo asks for, or su (root's): !secret some.name" },
  connect: { ...reach, description: "The network to connect over, or an address" },
  connection: {
    enum: ["ssh", "openssh", "local", "container"],
    description: "How it is reached; default ssh. openssh is the system's own ssh: certificates, FIDO keys",
  },
  checks: { ...(checksSchema as object), description: "What must be good after an apply: a list of http://…, tcp:PORT, unit:NAME, container:NAME, or maps" },
  vm: { $ref: "#/$defs/vm" },
  proxmox: { $ref: "#/$defs/proxmox" },
  vars: {
    type: "object",
    description: "Free variables for roles; ${name} stands for another variable",
    propertyNames: { ...name, pattern: "^[A-Za-z_][A-Za-z0-9_-]*$" },
    additionalProperties: true,
  },
} as const;

/** Keys of a host, a group or defaults that are variables by themselves. */
export const settingNames: readonly string[] = Object.keys(settings);
/** Keys that only a host has. */
export const hostOnlyNames: readonly string[] = ["mac", "address", "aliases"];

const hostProperties = {
  ...settings,
  mac: { ...mac, description: "Its MAC address; a vm without one gets BC:24:11:… from its id" },
  address: { ...reach, description: "Where to connect to when it is in no network" },
  aliases: { type: "array", items: hostName, description: "More names for it in DNS" },
} as const;

/** What extra variables (`-e`) may say of the settings of a host; other names are free. */
export const extraVarsSchema = { type: "object", $defs: { vm, proxmox }, properties: hostProperties, additionalProperties: true } as JsonSchema;

const range = {
  title: "a range of host numbers or addresses: 150-239",
  type: "string",
  pattern: "^[0-9A-Fa-f.:]+ ?- ?[0-9A-Fa-f.:]+$",
} as const;

const recordName = {
  type: "string",
  pattern: "^(@|(\\*|[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*)$",
  maxLength: 253,
  title: "a name relative to the network's domain: www, _ldap._tcp, *, or @ for the domain itself",
} as const;
const record = {
  title: "a host or device, a host number, an address, or { type: MX, data: 10 mail }",
  anyOf: [
    { type: "integer", minimum: 0, maximum: 4294967295 },
    reach,
    {
      type: "object",
      additionalProperties: false,
      required: ["type", "data"],
      properties: {
        type: { enum: recordTypes },
        data: {
          type: "string",
          pattern: "^[^\\u0000-\\u001f\\u007f]+$",
          description: "As in a zone file; names without a last dot are in the network's domain",
        },
        ttl: { type: "integer", minimum: 0, maximum: 2147483647, description: "Seconds" },
      },
    },
  ],
} as const;
const records = {
  type: "object",
  propertyNames: recordName,
  description: 'Names of its domain beside those of hosts and devices: www: ocean, printer: 50, "@": { type: MX, data: 10 mail }',
  additionalProperties: { title: record.title, anyOf: [...record.anyOf, { type: "array", items: record }] },
} as const;

const network = {
  type: "object",
  additionalProperties: false,
  required: ["cidr"],
  properties: {
    cidr: { ...text, description: "192.168.1.0/24, host bits zero" },
    gateway: address,
    bridge: { ...name, description: "The Proxmox nodes' bridge into it" },
    domain: { ...hostName, description: "The DNS domain of its hosts" },
    dns: { type: "array", items: reach, description: "Its resolvers: host names or addresses" },
    ranges: { type: "object", propertyNames: name, additionalProperties: range, description: "Addresses that no host may have, by name: dhcp: 150-239" },
    records,
  },
} as const;

const image = {
  type: "object",
  additionalProperties: false,
  properties: {
    template: { type: "integer", minimum: 100, description: "The template's guest number" },
    url: { type: "string", pattern: "^https?://", title: "a URL" },
    sha256: { type: "string", pattern: "^[0-9a-fA-F]{64}$", title: "64 hexadecimal digits" },
    sha512: { type: "string", pattern: "^[0-9a-fA-F]{128}$", title: "128 hexadecimal digits" },
    storage: { ...text, description: "The storage that holds the template" },
    node: { ...hostName, description: "The node that the template is on, where it is not the guest's own" },
    volume: { ...text, description: "A volume of content type import: local:import/debian-12.qcow2" },
    os: {
      type: "object",
      additionalProperties: false,
      description: "What a guest made from it will run: roles are planned for it before the guest is there",
      required: ["id"],
      properties: { id: { ...text, description: "As in /etc/os-release: debian" }, versionId: text, codename: text },
    },
  },
} as const;

const selection = { title: "a pattern or a list of groups, hosts and patterns", anyOf: [text, words] } as const;

const known = new Map<string, JsonSchema>();

/** The schema for an inventory with these networks; without them any name may be a network of a host. Kept, so that it is compiled once. */
export function inventorySchemaFor(networks: readonly string[] | undefined): JsonSchema {
  const key = networks === undefined ? "" : JSON.stringify(networks);
  const schema = known.get(key) ?? schemaWith(networks);
  known.set(key, schema);
  return schema;
}

function schemaWith(networks: readonly string[] | undefined): JsonSchema {
  const places = Object.fromEntries((networks ?? []).map((each) => [each, address]));
  const others = networks === undefined ? address : (false as const);
  const device = { type: "object", properties: { mac, aliases: hostProperties.aliases, ...places }, additionalProperties: others } as const;
  const host = { anyOf: [{ type: "object", properties: { ...hostProperties, ...places }, additionalProperties: others }, { type: "null" }] } as const;
  const grouped = { type: "object", additionalProperties: false, properties: { hosts: selection, children: words, ...settings } } as const;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "an inventory: a map with format, hosts, groups …",
    $defs: { vm, proxmox },
    type: "object",
    required: ["format", "hosts"],
    additionalProperties: false,
    properties: {
      format: { const: 1, description: "The version of this format" },
      playbook: { ...text, description: "The playbook's file, relative to this one" },
      secrets: secretSources,
      networks: { type: "object", propertyNames: name, additionalProperties: network },
      images: { type: "object", propertyNames: name, additionalProperties: image },
      defaults: { type: "object", additionalProperties: false, properties: settings, description: "For every host; weaker than groups" },
      hosts: { type: "object", propertyNames: hostName, additionalProperties: host },
      devices: { type: "object", propertyNames: hostName, additionalProperties: device, description: "Have names and addresses, are never logged in to" },
      sources: liveSources,
      groups: {
        type: "object",
        propertyNames: name,
        description: "A pattern, a list, or a map with defaults for its hosts",
        additionalProperties: { title: "a pattern, a list or a map with hosts", anyOf: [text, words, grouped] },
      },
    },
  } as JsonSchema;
}

/** The schema that is published for editors. */
export const inventorySchema: JsonSchema = inventorySchemaFor(undefined);
