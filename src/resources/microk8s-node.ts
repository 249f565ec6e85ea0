// A MicroK8s node's place in its cluster: it joins, is ready, has its labels and taints, or leaves.
import { type Change, change, type Kind, type Known } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { given, resourceOf } from "./make.ts";
import { type Microk8sNode, schema } from "./microk8s-node/desired.ts";
import { type Microk8sNodeActual, probe } from "./microk8s-node/probe.ts";
import { backScript, drainScript } from "./microk8s-node/scripts.ts";
import { steps } from "./microk8s-node/steps.ts";
import type { Around } from "./snap/desired.ts";

export const microk8sNodeKind: Kind<Microk8sNode, Microk8sNodeActual, "shell"> = {
  kind: "microk8s.node",
  summary: "A MicroK8s node's place in its cluster: control plane or worker, ready, with labels and taints. Joined by a token that is made for it alone.",
  schema,
  via: ["shell"],
  identity: ({ node }) => node,
  probe,
  diff,
  steps,
  peers: ({ seed }) => (seed === undefined ? [] : [seed.host]),
  restore: ({ node }) => ({ irreversible: `${node} stays in its cluster: leaving is asked for by name` }),
};

export interface Microk8sNodeOptions extends ResourceOptions, Omit<Microk8sNode, "labels" | "taints" | "names"> {
  readonly labels?: Microk8sNode["labels"];
  readonly taints?: Microk8sNode["taints"];
  readonly names?: Microk8sNode["names"];
}

export function microk8sNode(options: Microk8sNodeOptions): Resource<Microk8sNode> {
  const { node, role, address, seed, control, channel, names = [], labels = {}, taints = [], absent, force, provides = [], ...brings } = options;
  const desired = { node, role, address, control, channel, names, labels, taints, ...given({ seed, absent, force }) };
  return resourceOf(microk8sNodeKind, desired, { ...brings, provides: ["snap:microk8s", ...provides] });
}

/** What is done around a refresh of a node, on a control plane: itself where `host` is left out. `version` is what it must say afterwards: "v1.33". */
export function microk8sRefresh(
  node: string,
  options: { readonly version: string; readonly host?: string },
): { readonly before: readonly Around[]; readonly after: readonly Around[] } {
  const { version, host } = options;
  const where = host === undefined ? {} : { host };
  return {
    before: [{ title: `drain ${node}`, ...where, script: drainScript, args: [node], deadlineMs: 900_000 }],
    after: [{ title: `wait for ${node} and let work back`, ...where, script: backScript, args: [node, version], deadlineMs: 900_000 }],
  };
}

function diff(desired: Microk8sNode, found: Known<Microk8sNodeActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true)
    return actual === undefined ? [] : [change("member", { before: actual.membership, after: null, risk: "replace", note: "drained first; cannot be undone" })];
  return [...membership(desired, actual), ...labels(desired, actual)];
}

function membership({ seed, role }: Microk8sNode, actual: Microk8sNodeActual | undefined): readonly Change[] {
  const after = seed === undefined ? role : `${role} with ${seed.host}`;
  const joins = seed === undefined || actual?.membership === "member" ? [] : [joining(actual, after)];
  const starts = actual?.running === true ? [] : [change("running", { before: actual?.running ?? null, after: true })];
  const ready = actual?.ready ?? null;
  return [...starts, ...joins, ...(ready === "yes" && joins.length === 0 ? [] : [change("ready", { before: ready, after: "yes" })])];
}

function joining(actual: Microk8sNodeActual | undefined, after: string): Change {
  if (actual === undefined) return change("member", { before: null, after });
  return change("member", { before: "alone", after, risk: "replace", note: "what it ran as a cluster of its own is gone" });
}

function labels({ labels: wanted, taints }: Microk8sNode, actual: Microk8sNodeActual | undefined): readonly Change[] {
  const before = (key: string): string | null => actual?.labels[key] ?? null;
  return [
    ...Object.entries(wanted).flatMap(([key, value]) => (before(key) === value ? [] : [change(`label:${key}`, { before: before(key), after: value })])),
    ...taints.flatMap((taint) => (actual?.taints.includes(taint) === true ? [] : [change(`taint:${taint}`, { before: null, after: "set" })])),
  ];
}
