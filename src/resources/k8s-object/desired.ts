// What an object of Kubernetes should be: its text, and apart from it what holds secrets.
import { isRecord } from "../../lib/json.ts";
import type { KubernetesCluster, ObjectFill, ObjectName } from "../../model/ports/kubernetes.ts";
import type { FromSchema, JsonSchema } from "../../model/schema.ts";

const word = { type: "string", minLength: 1, pattern: "^[^\\u0000-\\u001f]+$" } as const;
const secret = { type: "object", additionalProperties: false, required: ["secret"], properties: { secret: { type: "string", minLength: 1 } } } as const;

export const clusterSchema = {
  type: "object",
  additionalProperties: false,
  required: ["kubeconfig", "through"],
  description: "How the cluster is reached",
  properties: {
    kubeconfig: {
      anyOf: [{ type: "string", pattern: "^(/|~/)[^\\u0000]+$", title: "an absolute path" }, secret],
      description: "A kubeconfig: a path, or a secret that holds one",
    },
    through: {
      enum: ["host", "here"],
      description: "host: the API server on the host's own loopback, by the connection to it. here: the kubeconfig's server, from this machine",
    },
    context: { ...word, description: "Default: the kubeconfig's current one" },
  },
} as const satisfies JsonSchema;

const fill = {
  type: "object",
  additionalProperties: false,
  required: ["at", "value"],
  properties: {
    at: { type: "string", pattern: "^/", title: "a JSON pointer" },
    value: { type: "array", minItems: 1, items: { anyOf: [{ type: "string" }, secret] } },
    base64: { const: true },
  },
} as const satisfies JsonSchema;

const properties = {
  cluster: clusterSchema,
  apiVersion: { ...word, description: "Such as apps/v1" },
  kind: word,
  namespace: word,
  name: word,
  object: { type: "string", description: "The object as JSON text; empty values stand where `fill` points" },
  fill: { type: "array", items: fill, description: "What holds secrets, by JSON pointer" },
  conflicts: {
    enum: ["fail", "take", "yield"],
    description:
      "Fields that another field manager set: an error of the plan (default), taken over, or left to it. An object that hlx applies for the first time is taken over",
  },
  wait: { type: "boolean", description: "Is it there only once it is ready? Default true" },
  timeout: { type: "integer", minimum: 1, description: "Seconds that it may take to be ready. Default 300" },
  absent: { const: true },
} as const satisfies Record<string, JsonSchema>;

export const schema = {
  anyOf: [
    { type: "object", additionalProperties: false, required: ["cluster", "apiVersion", "kind", "name", "absent"], properties },
    { type: "object", additionalProperties: false, required: ["cluster", "apiVersion", "kind", "name", "object"], properties },
  ],
} as const satisfies JsonSchema;

export type ClusterDesired = FromSchema<typeof clusterSchema>;

export interface K8sObject extends ObjectName {
  readonly cluster: KubernetesCluster;
  readonly object?: string;
  readonly fill?: readonly ObjectFill[];
  readonly conflicts?: "fail" | "take" | "yield";
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly absent?: true;
}

/** The annotation by which hlx knows what it applied; in the text of every object that it applies. */
export const mark = "hlx.io/managed-by";

/** The object of the text; empty for one that is to be absent. */
export function objectOf({ object = "{}" }: K8sObject): Record<string, unknown> {
  const value: unknown = JSON.parse(object);
  return isRecord(value) ? value : {};
}

export function nameOf({ apiVersion, kind, namespace, name }: K8sObject): ObjectName {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** `Deployment homelab/web`, for people. */
export function inWords({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The API group: "" for the core one. */
export function groupOf({ apiVersion }: Pick<ObjectName, "apiVersion">): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.lastIndexOf("/")) : "";
}
