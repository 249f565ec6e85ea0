// What a container of Proxmox (LXC) should be.
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { FromSchema, JsonSchema } from "../../model/schema.ts";
import type { SecretRef } from "../../model/text.ts";
import { clusterSchema as cluster, positive, secret, text, word } from "../proxmox/cluster.ts";
import type { Settings } from "../proxmox/properties.ts";
import { schema as vmSchema } from "../proxmox-vm/desired.ts";

const { id, name, node, onboot, protection, tags, pool, description, keys, resolvers, search, running, adopt, absent } = vmSchema.anyOf[0].properties;

const nic = {
  type: "object",
  additionalProperties: false,
  required: ["mac", "bridge"],
  properties: {
    name: { type: "string", pattern: "^[a-z][a-z0-9]{0,14}$", title: "a network device's name", description: "Inside; default eth0, eth1, …" },
    mac: {
      type: "string",
      pattern: "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$",
      title: "a MAC address",
      description: "Always given: without one Proxmox makes one up",
    },
    bridge: word,
    vlan: { type: "integer", minimum: 1, maximum: 4094 },
    address: { type: "string", pattern: "^(dhcp|manual|[0-9.]+/[0-9]{1,2})$", title: "dhcp, manual, or an address with its prefix: 192.168.1.57/24" },
    gateway: { type: "string", pattern: "^[0-9.]+$", title: "an address" },
  },
} as const;

const path = { type: "string", pattern: "^/[^,\\u0000-\\u001f]+$", title: "an absolute path", description: "Where it is inside" } as const;
const mount = {
  type: "object",
  additionalProperties: false,
  required: ["size"],
  properties: {
    size: { ...positive, description: "GiB; it grows and never shrinks" },
    storage: { ...word, description: "Default: the container's" },
    backup: { type: "boolean", description: "Part of backups; default false" },
  },
} as const;

const features = {
  type: "object",
  additionalProperties: false,
  description: "What it may do beyond the usual. Other than nesting only root@pam may set",
  properties: { nesting: { type: "boolean" }, keyctl: { type: "boolean" }, fuse: { type: "boolean" }, mknod: { type: "boolean" } },
} as const;

const properties = {
  cluster,
  id,
  name,
  node,
  ostemplate: { ...text, description: "The volume that it is made from: local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst" },
  storage: { ...word, description: "Of its root file system" },
  disk: { ...positive, description: "The size of its root file system in GiB; it grows and never shrinks" },
  cores: { ...positive, maximum: 8192 },
  memory: { ...positive, minimum: 16, description: "MiB" },
  swap: { type: "integer", minimum: 0, description: "MiB" },
  privileged: { type: "boolean", description: "Root inside is root outside; default false, and never changed afterwards" },
  features,
  nics: { type: "array", items: nic },
  mounts: {
    type: "object",
    additionalProperties: false,
    patternProperties: {
      "^/[^,\\u0000-\\u001f]+$": mount,
      "^mp([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$": { ...mount, required: ["path", "size"], properties: { path, ...mount.properties } },
    },
    description:
      "Further file systems by their path inside, whichever slot has it; a new one gets a free slot. By slot (mp0, mp1, …) and path: that slot, wherever it was",
  },
  ...{ resolvers, search },
  keys: { ...keys, description: "Public keys of root, given when it is made" },
  password: { ...secret, description: "Of root, given when it is made" },
  ...{ onboot, protection, tags, pool, description, running, adopt, absent },
  back: {
    type: "object",
    description: "These settings and no others, an empty one not at all. What taking it over desires, and the way back from it",
    additionalProperties: { type: "string" },
  },
} as const;

const one = { type: "object", additionalProperties: false, properties } as const;
export const schema = {
  anyOf: [
    { ...one, required: ["cluster", "id", "name", "node", "absent"] },
    { ...one, required: ["cluster", "id", "name", "node", "back"] },
    { ...one, required: ["cluster", "id", "name", "node", "ostemplate", "storage", "disk", "memory"] },
  ],
} as const satisfies JsonSchema;

export type ContainerNic = FromSchema<typeof nic>;
export type Mount = FromSchema<typeof mount> & { readonly path?: string };

/** A container; see the schema. */
export interface ProxmoxContainer {
  readonly cluster: ProxmoxCluster;
  readonly id: number;
  readonly name: string;
  readonly node: string;
  readonly ostemplate?: string;
  readonly storage?: string;
  readonly disk?: number;
  readonly cores?: number;
  readonly memory?: number;
  readonly swap?: number;
  readonly privileged?: boolean;
  readonly features?: FromSchema<typeof features>;
  readonly nics?: readonly ContainerNic[];
  readonly mounts?: Readonly<Record<string, Mount>>;
  readonly resolvers?: readonly string[];
  readonly search?: string;
  readonly keys?: readonly string[];
  readonly password?: SecretRef;
  readonly onboot?: boolean;
  readonly protection?: boolean;
  readonly tags?: readonly string[];
  readonly pool?: string;
  readonly description?: string;
  readonly running?: boolean;
  readonly adopt?: boolean;
  readonly absent?: true;
  readonly back?: Settings;
}
