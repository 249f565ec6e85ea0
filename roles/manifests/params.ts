// What the role manifests can be told.
import { type FromSchema, type JsonSchema, secretRefSchema } from "hlx";

const word = { type: "string", minLength: 1 } as const;

export const params = {
  type: "object",
  additionalProperties: false,
  required: ["paths"],
  properties: {
    paths: {
      type: "array",
      minItems: 1,
      items: word,
      description: "Files, folders, and folders with a kustomization.yaml, beside the inventory. What others need comes first.",
    },
    kubeconfig: {
      anyOf: [{ type: "string", pattern: "^(/|~/)", title: "an absolute path" }, secretRefSchema],
      default: "/var/snap/microk8s/current/credentials/client.config",
      description: "A kubeconfig: a path on the host (through: host) or on this machine (through: here), or a secret that holds one.",
    },
    through: {
      enum: ["host", "here"],
      default: "host",
      description: "host: the API server on the host's own loopback, through the connection to the host. here: the kubeconfig's server, from this machine.",
    },
    context: { ...word, description: "A context of the kubeconfig. Default its current one." },
    namespace: { ...word, description: "Of objects that name none." },
    conflicts: {
      enum: ["fail", "take", "yield"],
      default: "fail",
      description: "Fields that somebody else set since: an error of the plan, taken over, or left as they are.",
    },
    wait: { type: "boolean", default: true, description: "Wait until each object is ready before what comes after it." },
    timeout: { type: "integer", minimum: 1, default: 300, description: "Seconds that one object may take to be ready." },
    nodes: { ...word, default: "all", description: "The hosts that may be nodes of this cluster, for checks of selectors: a pattern." },
  },
} as const satisfies JsonSchema;

export type Params = FromSchema<typeof params>;
