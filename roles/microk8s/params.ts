// What the microk8s role can be told.
import type { FromSchema, JsonSchema } from "hlx";

const name = { type: "string", pattern: "^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$" } as const satisfies JsonSchema;
const account = { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_.-]{0,30}$" } as const satisfies JsonSchema;
const label = "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$";
const labels = {
  type: "object",
  propertyNames: { pattern: label },
  additionalProperties: { type: "string", pattern: "^[A-Za-z0-9_.-]*$" },
  default: {},
} as const;
const taint = "^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$";
const taints = { type: "array", items: { type: "string", pattern: taint }, default: [] } as const;
const addonName = "^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?$";
const words = { type: "array", items: { type: "string", pattern: "^[^\\u0000]*$" } } as const;

export const params = {
  type: "object",
  additionalProperties: false,
  required: ["channel", "control"],
  properties: {
    channel: {
      type: "string",
      pattern: "^[0-9]+\\.[0-9]+(-strict)?/(stable|candidate|beta|edge)$",
      description: "Which version: 1.32/stable. Another one is reached one minor at a time, node after node.",
    },
    control: { type: "string", minLength: 1, description: "The control planes, as a pattern; every other host with this role is a worker." },
    first: {
      ...name,
      description:
        "The control plane that all others join. Default: one that is in a cluster with others of `control` already, else the first of the inventory.",
    },
    network: { ...name, description: "The network whose addresses the nodes know each other by. Default: the first one of the first control plane." },
    vip: { ...name, description: "A further address of the API, or the host or device that has it: part of every certificate, and the server of kubeconfigs." },
    names: { type: "array", items: name, default: [], description: "Further names and addresses in the certificates." },
    hold: { type: "boolean", default: true, description: "Refresh MicroK8s only when hlx does: the store's own refreshes restart nodes." },
    addons: {
      type: "array",
      default: [],
      description: "Addons: a name, or { metallb: lan.metallb } (a range of a network), { dns: 192.168.1.2 }, { nvidia: [--gpu-operator-driver, host] }.",
      items: {
        anyOf: [
          { type: "string", pattern: addonName },
          {
            type: "object",
            minProperties: 1,
            maxProperties: 1,
            propertyNames: { pattern: addonName },
            additionalProperties: { anyOf: [{ type: "string", pattern: "^[^\\s\\u0000-\\u001f]+$" }, words] },
          },
        ],
      },
    },
    labels: { ...labels, description: "Labels of every node; others stay." },
    taints: { ...taints, description: "Taints of every node (key=value:Effect); others stay." },
    nodes: {
      type: "object",
      default: {},
      description: "Labels and taints of single hosts, by host.",
      additionalProperties: { type: "object", additionalProperties: false, properties: { labels, taints } },
    },
    mirrors: {
      type: "object",
      default: {},
      propertyNames: { pattern: "^[A-Za-z0-9.-]+(:[0-9]+)?$" },
      additionalProperties: { type: "string", pattern: '^https?://[^\\s"\\u0000-\\u001f]+$' },
      description: "Where images of a registry are asked for first: { docker.io: http://registry.home:5000 }.",
    },
    users: { type: "array", items: account, default: [], description: "Accounts in the group microk8s: as good as root." },
    kubeconfig: { type: "array", items: account, default: [], description: "Accounts on the control planes that get an administrator's ~/.kube/config." },
    leave: { type: "array", items: name, default: [], description: "Hosts that are drained, leave the cluster and are removed from it (--allow replace)." },
    removed: { type: "array", items: name, default: [], description: "Names of dead nodes that the cluster is to forget." },
    force: { type: "boolean", default: false, description: "Let a control plane leave although fewer than three hold the cluster's data then." },
  },
} as const satisfies JsonSchema;

export type Microk8sParams = FromSchema<typeof params>;
