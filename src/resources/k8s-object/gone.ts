// What an object's removal costs: data, pods that stop, or nothing.
import type { Risk } from "../../model/kind.ts";
import { groupOf, type K8sObject } from "./desired.ts";
import type { K8sActual } from "./probe.ts";

export interface Cost {
  readonly risk: Risk;
  readonly note?: string;
}

/** Data count as lost wherever nobody can say that they stay: an operator may keep anything behind an object of a kind of its own. */
export function goneWith(desired: K8sObject, { claimsGo }: Pick<K8sActual, "claimsGo">): Cost {
  if (claimsGo === true) return dataLoss("its claims go with it, and their volumes' data (whenDeleted: Delete)");
  const group = groupOf(desired);
  const holds = holding[`${group}/${desired.kind}`];
  if (holds !== undefined) return dataLoss(holds);
  if (!keepsNothing.has(group)) return dataLoss(`what stands behind a ${desired.kind} may go with it: volumes, databases, certificates`);
  return { risk: stopping.test(desired.kind) ? "restart" : "none" };
}

function dataLoss(note: string): Cost {
  return { risk: "data-loss", note };
}

/** Kinds of the API itself with which something goes that no manifest brings back. */
const holding: Readonly<Record<string, string>> = {
  "/Namespace": "everything in it goes with it, whoever made it",
  "/Secret": "what it holds may be nowhere else",
  "/PersistentVolumeClaim": "the volume's data go, unless its class retains them",
  "/PersistentVolume": "the volume's data may go",
  "apiextensions.k8s.io/CustomResourceDefinition": "every object of its kind goes with it",
};

const stopping = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod|Service|Ingress|IngressRoute)$/;

/** The groups that Kubernetes itself serves, and those of objects that are nothing but configuration: routes, and addresses to give out. */
const keepsNothing: ReadonlySet<string> = new Set([
  ...["", "apps", "autoscaling", "batch", "policy"],
  ...["admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization", "certificates", "coordination", "discovery"].map(
    ofKubernetes,
  ),
  ...["events", "flowcontrol.apiserver", "networking", "node", "rbac.authorization", "resource", "scheduling", "storage"].map(ofKubernetes),
  ...["gateway.networking.k8s.io", "traefik.io", "traefik.containo.us", "metallb.io"],
]);

function ofKubernetes(name: string): string {
  return `${name}.k8s.io`;
}
