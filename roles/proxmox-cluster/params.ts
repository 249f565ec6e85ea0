// What the role proxmox-cluster can be told.
import type { FromSchema, JsonSchema } from "hlx";

const storage = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_.-]*$", title: "a storage's name" } as const;
const oneLine = { type: "string", pattern: "^[^\\u0000-\\u001f\\u007f]+$" } as const;
const gibibytes = { type: "integer", minimum: 1, description: "GiB; it grows and never shrinks" } as const;
const mac = { type: "string", pattern: "^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$", title: "a MAC address" } as const;
const names = { type: "array", items: { type: "string", minLength: 1 } } as const;

const download = {
  type: "object",
  additionalProperties: false,
  required: ["content"],
  properties: {
    content: { enum: ["import", "iso", "vztmpl"], description: "import: disks; iso; vztmpl: templates of containers." },
    storage: { ...storage, description: "Default the role's files." },
    url: { type: "string", pattern: "^https?://[^\\s]+$", title: "a URL" },
    file: { type: "string", pattern: "^/", title: "an absolute path", description: "A file of the machine that runs hlx, sent there instead." },
    sha256: { type: "string", pattern: "^[0-9a-fA-F]{64}$", title: "64 hexadecimal digits" },
    sha512: { type: "string", pattern: "^[0-9a-fA-F]{128}$", title: "128 hexadecimal digits" },
  },
  anyOf: [{ required: ["url", "sha256"] }, { required: ["url", "sha512"] }, { required: ["file"] }],
} as const satisfies JsonSchema;

const pool = {
  anyOf: [
    { type: "null" },
    {
      type: "object",
      additionalProperties: false,
      properties: { comment: oneLine, storages: { ...names, description: "Storages that are in it; others stay. Guests join by vm.pool." } },
    },
  ],
} as const satisfies JsonSchema;

const container = {
  type: "object",
  additionalProperties: false,
  required: ["id", "template", "storage", "disk"],
  properties: {
    id: { type: "integer", minimum: 100, maximum: 999999999, description: "Its number in the cluster." },
    template: { ...oneLine, description: "The volume that it is made from, or a name under downloads." },
    storage: { ...storage, description: "Of its root file system." },
    disk: gibibytes,
    cores: { type: "integer", minimum: 1 },
    memory: { type: "integer", minimum: 16, default: 512, description: "MiB. Default 512." },
    swap: { type: "integer", minimum: 0, description: "MiB." },
    nesting: { type: "boolean", description: "Containers inside it; systemd of newer distributions needs it." },
    privileged: { type: "boolean", description: "Root inside is root outside. Default false." },
    mac: { ...mac, description: "Default that of the host or device of its name." },
    mounts: {
      type: "object",
      description: "Further file systems by their path inside.",
      propertyNames: { pattern: "^/[^,\\u0000-\\u001f]+$" },
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["size"],
        properties: { size: gibibytes, storage, backup: { type: "boolean" } },
      },
    },
    keys: { ...names, description: "Public keys of root, given when it is made." },
    start: { enum: ["boot", "manual"], description: "Started when its node boots, or by hand. Default boot." },
    tags: names,
    pool: { type: "string", minLength: 1 },
    description: { type: "string" },
    protection: { type: "boolean" },
    adopt: { type: "boolean", description: "Take over a container of this number that hlx did not make." },
  },
} as const satisfies JsonSchema;

const cephPool = {
  anyOf: [
    { type: "null" },
    {
      type: "object",
      additionalProperties: false,
      properties: {
        size: { type: "integer", minimum: 1, maximum: 7, description: "Copies of each object." },
        minSize: { type: "integer", minimum: 1, maximum: 7, description: "Copies that must be there to write." },
        placementGroups: { type: "integer", minimum: 1, maximum: 32768 },
        autoscale: { enum: ["on", "off", "warn"] },
        rule: { type: "string", minLength: 1, description: "The CRUSH rule." },
        application: { enum: ["rbd", "cephfs", "rgw"], description: "Default rbd." },
        storage: { type: "boolean", description: "Makes a storage of the same name with it." },
      },
    },
  ],
} as const satisfies JsonSchema;

const name = { pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$" } as const;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    files: { ...storage, default: "local", description: "The storage that images are downloaded to. Default local." },
    disks: { ...storage, description: "The storage of templates' disks, where an image does not name one." },
    images: { ...names, description: "Which of the inventory's images are made ready. Default all with a url." },
    imagesOn: {
      type: "string",
      minLength: 1,
      description: "A pattern of further nodes that images are downloaded to. Without it those whose guests are made from them.",
    },
    downloads: {
      type: "object",
      propertyNames: name,
      additionalProperties: download,
      description: "Further files by their name there: ISOs, templates of containers.",
    },
    pools: { type: "object", propertyNames: name, additionalProperties: pool, description: "Pools by name." },
    mappings: { type: "boolean", default: true, description: "Makes a mapping of each device under proxmox.pci of the cluster's nodes. Default true." },
    containers: {
      type: "object",
      propertyNames: { pattern: "^[A-Za-z0-9][A-Za-z0-9-]*$" },
      additionalProperties: container,
      description: "Containers (LXC) on this node, by name.",
    },
    ceph: {
      type: "object",
      additionalProperties: false,
      description: "Ceph of this cluster.",
      properties: {
        atWorst: {
          enum: ["HEALTH_OK", "HEALTH_WARN"],
          default: "HEALTH_WARN",
          description: "How unwell it may be for the rest to be done. Default HEALTH_WARN.",
        },
        pools: { type: "object", propertyNames: name, additionalProperties: cephPool, description: "Its pools by name." },
      },
    },
  },
} as const satisfies JsonSchema;

export type Params = FromSchema<typeof params>;
