// What the nvidia role can be told.
import type { FromSchema, JsonSchema } from "hlx";

const packageName = { type: "string", pattern: "^[a-z0-9][a-z0-9+.-]+$" } as const satisfies JsonSchema;
const packageNames = { type: "array", minItems: 1, items: packageName } as const satisfies JsonSchema;
const url = { type: "string", pattern: "^(https?|file)://?[^\\s\\u0000-\\u001f]+$" } as const satisfies JsonSchema;
const path = { type: "string", pattern: "^/[^\\u0000-\\u0020]+$" } as const satisfies JsonSchema;

export const params = {
  type: "object",
  additionalProperties: false,
  required: ["driver"],
  properties: {
    driver: { type: "string", pattern: "^[1-9][0-9]{2}$", description: 'The driver\'s branch: "535", "550". It is pinned, and its packages are held.' },
    gpu: {
      enum: ["found", "expected"],
      default: "found",
      description:
        "found: hosts without an NVIDIA card have nothing to do. expected: there is one, although nobody can look yet (a guest that is still to be made).",
    },
    cards: {
      type: "array",
      minItems: 1,
      items: { type: "string", pattern: "^([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(\\.[0-7])?$" },
      description: 'PCI addresses ("42:00") of the cards that this host is to drive itself; all when left out. None of them may be passed through to a guest.',
    },
    modules: {
      enum: ["proprietary", "open"],
      default: "proprietary",
      description: "Which kernel modules: open ones are for cards from Turing on, and the only ones for the newest.",
    },
    packages: { ...packageNames, description: "The driver's packages instead of those that the role knows for Debian and Ubuntu." },
    headers: {
      ...packageNames,
      description: "The kernel's headers instead of those that follow from the running kernel: the package that always means the newest kernel last.",
    },
    repository: {
      type: "object",
      additionalProperties: false,
      required: ["uri", "suites"],
      description: "Where the driver's packages come from instead of Debian's own contrib and non-free.",
      properties: {
        uri: url,
        suites: { type: "array", minItems: 1, items: { type: "string", pattern: "^[A-Za-z0-9./-]+$" } },
        components: { type: "array", items: { type: "string", pattern: "^[A-Za-z0-9./-]+$" }, default: [] },
        signedBy: { ...path, default: "/usr/share/keyrings/debian-archive-keyring.gpg", description: "A keyring that is on the host." },
      },
    },
    persistence: { type: "boolean", default: true, description: "Keep the driver's state while no program uses the card (nvidia-persistenced)." },
    containers: {
      type: "array",
      uniqueItems: true,
      items: { enum: ["docker", "containerd", "microk8s"] },
      default: [],
      description:
        "Engines that may use the cards: brings NVIDIA's container toolkit and a CDI specification. An engine that does not know its runtime yet is restarted.",
    },
    toolkit: {
      type: "object",
      additionalProperties: false,
      default: {},
      description: "Where the container toolkit comes from.",
      properties: {
        uri: { ...url, default: "https://nvidia.github.io/libnvidia-container/stable/deb/$(ARCH)" },
        key: { ...url, default: "https://nvidia.github.io/libnvidia-container/gpgkey" },
        fingerprint: {
          type: "string",
          pattern: "^[0-9A-F]{40}$",
          default: "C95B321B61E88C1809C4F759DDCAE044F796ECB0",
          description: "The only key that may sign it.",
        },
      },
    },
  },
} as const satisfies JsonSchema;

export type NvidiaParams = FromSchema<typeof params>;
