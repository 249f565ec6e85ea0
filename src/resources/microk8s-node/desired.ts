// What a MicroK8s node should be, as data and as a schema.
import type { JsonSchema } from "../../model/schema.ts";

/** A node's place in a cluster. Without `seed` it is the one that the others join. */
export interface Microk8sNode {
  /** As Kubernetes calls it: the hostname in lower case. */
  readonly node: string;
  readonly role: "control" | "worker";
  readonly address: string;
  readonly seed?: { readonly host: string; readonly address: string };
  /** Addresses of all control planes that the inventory knows: whom else this node may be with. */
  readonly control: readonly string[];
  readonly channel: string;
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly absent?: boolean;
  readonly force?: boolean;
}

const address = { type: "string", pattern: "^[0-9A-Fa-f.:]{2,45}$" } as const satisfies JsonSchema;
const name = { type: "string", pattern: "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$" } as const satisfies JsonSchema;
export const labelPattern = "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$";
export const taintPattern = "^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$";

export const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["node", "role", "address", "control", "channel", "names", "labels", "taints"],
  properties: {
    node: { ...name, description: "As Kubernetes calls it: the hostname in lower case." },
    role: { enum: ["control", "worker"], description: "A control plane takes part in the cluster's database." },
    address: { ...address, description: "Its own." },
    seed: {
      type: "object",
      additionalProperties: false,
      required: ["host", "address"],
      properties: { host: { type: "string", minLength: 1 }, address },
      description: "The control plane that it joins; left out for the one that the others join.",
    },
    control: { type: "array", items: address, description: "Addresses of all control planes: a node that is in a cluster with others is refused." },
    channel: { type: "string", minLength: 1, description: "Where a node that is to join is installed from: it joins by its launch configuration." },
    names: { type: "array", items: { type: "string", minLength: 1 }, description: "Further names and addresses in its certificate." },
    labels: { type: "object", propertyNames: { pattern: labelPattern }, additionalProperties: { type: "string", pattern: "^[A-Za-z0-9_.-]*$" } },
    taints: { type: "array", items: { type: "string", pattern: taintPattern }, description: "key=value:Effect. Others stay." },
    absent: { type: "boolean", description: "Drain it, let it leave the cluster, and remove it there." },
    force: { type: "boolean", description: "Let it leave although fewer than three hold the cluster's data then." },
  },
};
