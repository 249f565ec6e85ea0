// The JSON Schema of a host's `vm:`: the Proxmox guest that it is.
import { hostName, login, name, size, text, words } from "./words.ts";

const slot = "^(scsi([1-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|sata[0-5])$";

const disk = {
  title: 'a size such as 100G, { size: 100G, … }, "detached" or "destroyed"',
  anyOf: [
    ...size.anyOf,
    { enum: ["detached", "destroyed"], title: "detached or destroyed" },
    {
      type: "object",
      additionalProperties: false,
      required: ["size"],
      properties: {
        size: { ...size, description: "The whole size" },
        storage: { ...text, description: "By default that of the first disk" },
        ...{ ssd: { type: "boolean" }, discard: { type: "boolean" }, iothread: { type: "boolean" }, backup: { type: "boolean" } },
        cache: { enum: ["none", "writethrough", "writeback", "unsafe", "directsync"] },
      },
    },
  ],
} as const;

const seconds = { type: "integer", minimum: 0 } as const;

const ha = {
  title: "true, false or { state, restarts, relocates }",
  anyOf: [
    { type: "boolean" },
    {
      type: "object",
      additionalProperties: false,
      properties: { state: { enum: ["started", "stopped", "disabled", "ignored"] }, restarts: seconds, relocates: seconds },
    },
  ],
} as const;

/** What a host's `vm:` may say. */
export const vm = {
  type: "object",
  description: "The Proxmox guest that this host is",
  additionalProperties: false,
  properties: {
    id: { type: "integer", minimum: 100, maximum: 999999999, description: "The guest's number in the cluster" },
    node: { ...hostName, description: "The inventory's host that is its Proxmox node" },
    image: { ...name, description: "A name under images" },
    storage: { ...text, description: "The storage that holds its disk" },
    cores: { type: "integer", minimum: 1, maximum: 8192 },
    sockets: { type: "integer", minimum: 1, maximum: 8 },
    cpu: { ...text, description: "The CPU type: host, x86-64-v2-AES" },
    memory: size,
    balloon: { anyOf: [...size.anyOf, { type: "boolean" }] },
    disk: { ...size, description: "The whole size of the first disk" },
    disks: {
      type: "object",
      description: "Further disks by slot (scsi1, virtio0, sata0); detached keeps its data as unusedN, destroyed does not",
      additionalProperties: false,
      patternProperties: { [slot]: disk, "^unused[0-9]{1,3}$": { enum: ["destroyed"], title: "destroyed" } },
    },
    efi: {
      title: "true or { keys }",
      description: "A disk for the variables of bios: ovmf; keys: with those of Secure Boot. A clone has its template's",
      anyOf: [{ const: true }, { type: "object", additionalProperties: false, properties: { keys: { type: "boolean" } } }],
    },
    tpm: { type: "boolean", description: "A TPM 2.0" },
    boot: { ...words, description: "What it boots from, in order: [scsi0, net0]" },
    startup: {
      type: "object",
      additionalProperties: false,
      description: "When it starts among the guests of its node, and how many seconds the next one waits",
      properties: { order: seconds, up: seconds, down: seconds },
    },
    ha: { ...ha, description: "Kept running by the cluster's HA; false takes it out" },
    start: { title: '"boot" or "manual"', enum: ["boot", "manual"], description: "Started when its node boots, or not" },
    dns: { ...words, description: "Its resolvers until a role says otherwise: addresses or host names" },
    search: { ...text, description: "Its DNS search domain" },
    bridge: { ...name, description: "The node's bridge; by default the network's" },
    vlan: { type: "integer", minimum: 1, maximum: 4094 },
    pci: { ...words, description: "Names of the node's proxmox.pci devices that are passed through" },
    bios: { enum: ["seabios", "ovmf"] },
    machine: text,
    agent: { type: "boolean", description: "The QEMU guest agent" },
    tags: words,
    pool: text,
    adopt: { type: "boolean", description: "Take over a guest of this number that hlx did not make" },
    linked: { type: "boolean", description: "Shares its template's disk; default false" },
    description: { type: "string" },
    protection: { type: "boolean" },
    snapshots: {
      type: "string",
      pattern: "^[1-9][0-9]*d$",
      title: "days such as 7d",
      description: "A snapshot before each change that restarts it, kept for so many days",
    },
    snapshot: {
      type: "string",
      pattern: "^[A-Za-z][A-Za-z0-9_-]{1,39}$",
      title: "a name of letters, digits, - and _ that begins with a letter",
      description: "A snapshot of this name is there before anything is changed inside",
    },
    user: { ...login, description: "The user that cloud-init makes" },
    keys: { description: "Files of public keys for that user", anyOf: [text, words] },
  },
} as const;
