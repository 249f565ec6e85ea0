// What the role proxmox-host can be told.
import type { FromSchema, JsonSchema } from "hlx";

const interfaceName = { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$", title: "an interface's name" } as const;
const ports = { type: "array", uniqueItems: true, items: interfaceName } as const;
const cidr = { type: "string", pattern: "^[0-9A-Fa-f.:]+/[0-9]{1,3}$", title: "an address with its length, such as 192.168.1.105/24" } as const;
const mtu = { type: "integer", minimum: 576, maximum: 65535, description: "Also that of its ports." } as const;

const addressed = {
  network: {
    anyOf: [
      { type: "string", minLength: 1 },
      { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
    ],
    description:
      "Networks of the inventory in which this host has its address here, instead of the one whose bridge this is; the word none is for no address at all.",
  },
  address: { ...cidr, description: "Instead of the host's address in a network: one of its own all the same." },
  gateway: { type: "string", pattern: "^([0-9A-Fa-f.:]+|none)$", description: "Default that of the network; none where another interface has the way out." },
} as const;

const bridge = {
  type: "object",
  additionalProperties: false,
  properties: {
    ports: { ...ports, default: [], description: "Cards and bonds; none makes a bridge for guests alone." },
    ...addressed,
    vlanAware: { type: "boolean", default: false, description: "Guests may have VLAN tags." },
    vlans: { type: "string", pattern: "^[0-9]+(-[0-9]+)?( [0-9]+(-[0-9]+)?)*$", description: "Which tags: 2-4094 when left out." },
    mtu,
  },
} as const satisfies JsonSchema;

const bond = {
  type: "object",
  additionalProperties: false,
  required: ["ports", "mode"],
  properties: {
    ports: { ...ports, minItems: 1, description: "Cards." },
    mode: {
      enum: ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"],
      description: "802.3ad (LACP) needs a switch that is told of it; active-backup needs none.",
    },
    miimon: { type: "integer", minimum: 0, maximum: 10000, default: 100, description: "Milliseconds between looks at the links." },
    hash: { enum: ["layer2", "layer2+3", "layer3+4", "encap2+3", "encap3+4", "vlan+srcmac"], description: "What decides which card a packet takes." },
    primary: { ...interfaceName, description: "The card that is used while it has a link (active-backup)." },
    lacpRate: { enum: ["slow", "fast"], description: "How often both sides say that they are there (802.3ad)." },
    ...addressed,
    mtu,
  },
} as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  properties: {
    repositories: {
      enum: ["no-subscription", "enterprise", "none"],
      description: "Where Proxmox's packages come from; the others are switched off, not deleted. Left alone when left out.",
    },
    ceph: { type: "string", pattern: "^[a-z]+$", description: "A release of Ceph (squid), from the same sort of repository." },
    passthrough: {
      type: "object",
      additionalProperties: false,
      description: "PCI devices for guests: the IOMMU on, vfio-pci in their drivers' place. Takes a reboot.",
      properties: {
        devices: {
          type: "array",
          uniqueItems: true,
          items: { type: "string", minLength: 1 },
          description: "Names of proxmox.pci, or addresses (42:00, with all that is at it). Default all of proxmox.pci.",
        },
        cpu: { enum: ["intel", "amd"], description: "Whose IOMMU. Default as found." },
        blacklist: {
          type: "array",
          items: { type: "string", pattern: "^[A-Za-z0-9_-]+$" },
          default: [],
          description: "Modules that are not to be loaded at all: nouveau.",
        },
        parameters: {
          type: "array",
          uniqueItems: true,
          items: { type: "string", pattern: "^[A-Za-z0-9_.-]+(=[A-Za-z0-9_.,:@/+-]+)?$" },
          default: [],
          description: "Further parameters of the kernel's command line.",
        },
      },
    },
    bridges: {
      type: "object",
      propertyNames: { pattern: interfaceName.pattern },
      additionalProperties: bridge,
      default: {},
      description: "Bridges by name. One that is a network's bridge has the host's address in it.",
    },
    bonds: { type: "object", propertyNames: { pattern: interfaceName.pattern }, additionalProperties: bond, default: {}, description: "Bonds by name." },
    gone: { ...ports, default: [], description: "Bridges and bonds that are to be there no longer; others that nobody names stay." },
    patience: {
      type: "integer",
      minimum: 5,
      maximum: 600,
      default: 60,
      description: "Seconds in which hlx must get in anew after a change of the network; else the old one comes back by itself.",
    },
  },
} as const satisfies JsonSchema;

export type Params = FromSchema<typeof params>;
export type Bridge = FromSchema<typeof bridge>;
export type Bond = FromSchema<typeof bond>;
