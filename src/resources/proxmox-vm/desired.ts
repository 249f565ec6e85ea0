// What a Proxmox guest should be.
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { FromSchema, JsonSchema } from "../../model/schema.ts";
import { clusterSchema as cluster, positive, text, word } from "../proxmox/cluster.ts";

const nic = {
  type: "object",
  additionalProperties: false,
  required: ["mac", "bridge"],
  properties: {
    model: { enum: ["virtio", "e1000", "vmxnet3", "rtl8139"], description: "Default virtio" },
    mac: {
      type: "string",
      pattern: "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$",
      title: "a MAC address",
      description: "Always given: without one Proxmox makes up a new one on every write",
    },
    bridge: word,
    vlan: { type: "integer", minimum: 1, maximum: 4094 },
  },
} as const;

const disk = {
  type: "object",
  additionalProperties: false,
  required: ["size"],
  properties: {
    size: { ...positive, description: "The whole size in GiB; it grows and never shrinks" },
    storage: { ...word, description: "Default: that of the first disk" },
    ssd: { type: "boolean", description: "Shown to the guest as one" },
    discard: { type: "boolean", description: "What the guest frees is freed on the storage" },
    iothread: { type: "boolean" },
    backup: { type: "boolean", description: "Part of its backups" },
    cache: { enum: ["none", "writethrough", "writeback", "unsafe", "directsync"] },
  },
} as const;

const leaving = { enum: ["detached", "destroyed"] } as const;

const disks = {
  type: "object",
  description:
    "Further disks by their slot; one that is not named is left alone. detached: taken from the guest, its data kept as unusedN. destroyed: its data is gone",
  additionalProperties: false,
  patternProperties: {
    "^(scsi([1-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|sata[0-5])$": { anyOf: [disk, leaving] },
    "^unused[0-9]{1,3}$": { enum: ["destroyed"] },
  },
} as const;

const ha = {
  anyOf: [
    { const: false },
    {
      type: "object",
      additionalProperties: false,
      properties: {
        state: { enum: ["started", "stopped", "disabled", "ignored"], description: "Default: started, or stopped where running is false" },
        restarts: { type: "integer", minimum: 0, description: "Default 1" },
        relocates: { type: "integer", minimum: 0, description: "Default 1" },
      },
    },
  ],
  description: "Kept running by the cluster's HA, on whichever node; false: not any more",
} as const;

const startup = {
  type: "object",
  additionalProperties: false,
  description: "When it starts and stops among the guests of its node; up and down in seconds",
  properties: { order: { type: "integer", minimum: 0 }, up: { type: "integer", minimum: 0 }, down: { type: "integer", minimum: 0 } },
} as const;

const properties = {
  cluster,
  id: { type: "integer", minimum: 100, maximum: 999999999, description: "Its number in the cluster" },
  name: { type: "string", pattern: "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$", title: "a DNS name" },
  node: { ...word, description: "Where it is created; afterwards it may be moved" },
  template: { type: "integer", minimum: 100, description: "Cloned from this guest" },
  templateNode: { ...word, description: "Where the template will be made, if it is not there yet; default: node" },
  templateStorage: { ...word, description: "Of its disk, likewise" },
  linked: { type: "boolean", description: "Shares the template's disk; default false: a full copy" },
  image: {
    ...text,
    description:
      "A volume of content type import that its disk is made from, such as local:import/debian-12.qcow2; beside a template, where no clone of that gets to its node",
  },
  storage: { ...word, description: "Of its first disk, and of cloud-init's" },
  disk: { ...positive, description: "The whole size of its first disk in GiB; it grows and never shrinks" },
  disks,
  efi: {
    type: "object",
    additionalProperties: false,
    description: "A disk for the variables of ovmf; a clone has its template's",
    properties: { keys: { type: "boolean", description: "With the keys of Secure Boot" } },
  },
  tpm: { type: "boolean", description: "A TPM 2.0" },
  boot: {
    type: "array",
    minItems: 1,
    items: { type: "string", pattern: "^(scsi|virtio|sata|ide|net|hostpci|usb)[0-9]+$" },
    description: "What it boots from, in order",
  },
  cores: { ...positive, maximum: 8192 },
  sockets: { ...positive, maximum: 8 },
  cpu: { ...text, description: "Such as host or x86-64-v2-AES" },
  memory: { ...positive, description: "MiB" },
  balloon: { type: "integer", minimum: 0, description: "MiB that it may shrink to; 0 is no balloon" },
  machine: word,
  bios: { enum: ["seabios", "ovmf"] },
  agent: { type: "boolean", description: "The QEMU guest agent" },
  onboot: { type: "boolean", description: "Started when its node boots" },
  startup,
  ha,
  protection: { type: "boolean" },
  snapshots: {
    type: "object",
    additionalProperties: false,
    required: ["days"],
    description: "Before a change that restarts it, a snapshot is made; hlx rollback goes back to it, and those that are older are removed with the next",
    properties: { days: positive },
  },
  to: { type: "string", pattern: "^[0-9a-f]{16}$", description: "The state that a snapshot of hlx holds. What a rollback desires" },
  tags: { type: "array", items: { type: "string", pattern: "^[a-z0-9_][a-z0-9_+.-]*$", title: "a tag: small letters, digits, _ + . -" } },
  pool: word,
  description: { type: "string" },
  nics: { type: "array", items: nic },
  user: { ...word, description: "The user that cloud-init makes" },
  keys: { type: "array", items: text, description: "Public keys of that user" },
  address: { ...text, description: "Its first network card's address with prefix, such as 192.168.1.57/24" },
  gateway: text,
  resolvers: { type: "array", items: text },
  search: text,
  pci: { type: "array", items: word, description: "Names of the cluster's PCI mappings: a token may not pass raw devices" },
  running: { type: "boolean", description: "Left alone where it is not given" },
  adopt: { type: "boolean", description: "Take over a guest of this number that hlx did not make" },
  absent: { const: true },
  back: {
    type: "object",
    description: "Its settings as they are to be again; null: without it. What a rollback desires",
    additionalProperties: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
} as const;

export const schema = {
  anyOf: [
    { type: "object", additionalProperties: false, required: ["cluster", "id", "name", "node", "absent"], properties },
    { type: "object", additionalProperties: false, required: ["cluster", "id", "name", "node", "back"], properties },
    { type: "object", additionalProperties: false, required: ["cluster", "id", "name", "node", "storage", "disk", "cores", "memory"], properties },
  ],
} as const satisfies JsonSchema;

export type Nic = FromSchema<typeof nic>;
export type Disk = FromSchema<typeof disk>;
export type Ha = Exclude<FromSchema<typeof ha>, false>;
export type Startup = FromSchema<typeof startup>;

/** A guest of a cluster; see the schema. */
export interface ProxmoxVm {
  readonly cluster: ProxmoxCluster;
  readonly id: number;
  readonly name: string;
  readonly node: string;
  readonly template?: number;
  readonly templateNode?: string;
  readonly templateStorage?: string;
  readonly linked?: boolean;
  readonly image?: string;
  readonly storage?: string;
  readonly disk?: number;
  readonly disks?: Readonly<Record<string, Disk | "detached" | "destroyed">>;
  readonly efi?: { readonly keys?: boolean };
  readonly tpm?: boolean;
  readonly boot?: readonly string[];
  readonly cores?: number;
  readonly sockets?: number;
  readonly cpu?: string;
  readonly memory?: number;
  readonly balloon?: number;
  readonly machine?: string;
  readonly bios?: "seabios" | "ovmf";
  readonly agent?: boolean;
  readonly onboot?: boolean;
  readonly startup?: Startup;
  readonly ha?: Ha | false;
  readonly protection?: boolean;
  readonly snapshots?: { readonly days: number };
  readonly to?: string;
  readonly tags?: readonly string[];
  readonly pool?: string;
  readonly description?: string;
  readonly nics?: readonly Nic[];
  readonly user?: string;
  readonly keys?: readonly string[];
  readonly address?: string;
  readonly gateway?: string;
  readonly resolvers?: readonly string[];
  readonly search?: string;
  readonly pci?: readonly string[];
  readonly running?: boolean;
  readonly adopt?: boolean;
  readonly absent?: true;
  readonly back?: Readonly<Record<string, string | null>>;
}
