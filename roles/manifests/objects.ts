// The objects of the manifests as they are applied: in their namespaces, without what somebody else sets, in the order of stages.
import { isClusterScoped, type Manifest } from "hlx";
import type { Params } from "./params.ts";
import { nameOf, partOf, recordOf, textOf } from "./parts.ts";

/** In this order; what is not named is between Ingress and the webhooks, as custom resources are. Within a kind, the order of the files. */
const stages: readonly string[] = [
  ...(["CustomResourceDefinition", "Namespace", "PriorityClass", "RuntimeClass", "StorageClass", "IngressClass", "ClusterRole", "ClusterRoleBinding"] as const),
  ...(["ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount", "Role", "RoleBinding", "Secret", "ConfigMap", "PersistentVolume"] as const),
  ...([
    "PersistentVolumeClaim",
    "Service",
    "DaemonSet",
    "StatefulSet",
    "Deployment",
    "Pod",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
  ] as const),
  "Ingress",
];
const webhooks: readonly string[] = [
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
];

export function objectsOf(manifests: readonly Manifest[], { namespace }: Pick<Params, "namespace">): readonly Manifest[] {
  const scopes = scopesOf(manifests);
  const placed = manifests.map((manifest) => inNamespace(manifest, { namespace, scopes }));
  const scaled = new Set(placed.flatMap(scaledBy));
  return placed.map((manifest) => withoutReplicas(manifest, scaled)).toSorted((one, other) => rankOf(one) - rankOf(other));
}

function rankOf({ object }: Manifest): number {
  const kind = textOf(object["kind"]);
  if (webhooks.includes(kind)) return stages.length + 1;
  const rank = stages.indexOf(kind);
  return rank === -1 ? stages.length : rank;
}

/** What the definitions among the manifests say of their kinds: true for a kind in namespaces. */
function scopesOf(manifests: readonly Manifest[]): ReadonlyMap<string, boolean> {
  const definitions = manifests.filter(({ object }) => object["kind"] === "CustomResourceDefinition").map(({ object }) => recordOf(object["spec"]));
  return new Map(definitions.map((spec) => [`${textOf(spec["group"])}/${textOf(partOf(spec, "names")["kind"])}`, spec["scope"] === "Namespaced"]));
}

interface Placing {
  readonly namespace: string | undefined;
  readonly scopes: ReadonlyMap<string, boolean>;
}

function inNamespace(manifest: Manifest, { namespace, scopes }: Placing): Manifest {
  const { object } = manifest;
  const metadata = recordOf(object["metadata"]);
  if (namespace === undefined || metadata["namespace"] !== undefined) return manifest;
  const group = textOf(object["apiVersion"]).replace(/\/[^/]*$/, "");
  const namespaced = scopes.get(`${group}/${textOf(object["kind"])}`) ?? !isClusterScoped(object);
  return namespaced ? { ...manifest, object: { ...object, metadata: { ...metadata, namespace } } as Manifest["object"] } : manifest;
}

// What an autoscaler sets is its own: applied beside it, the two would fight.
function scaledBy({ object }: Manifest): readonly string[] {
  if (!/^(HorizontalPodAutoscaler|ScaledObject)$/.test(textOf(object["kind"]))) return [];
  const target = partOf(recordOf(object["spec"]), "scaleTargetRef");
  return [`${textOf(target["kind"]) || "Deployment"} ${nameOf(object).namespace}/${textOf(target["name"])}`];
}

function withoutReplicas(manifest: Manifest, scaled: ReadonlySet<string>): Manifest {
  const { object } = manifest;
  const { kind, namespace, name } = nameOf(object);
  if (!scaled.has(`${kind} ${namespace}/${name}`)) return manifest;
  const { replicas: _, ...spec } = recordOf(object["spec"]);
  return { ...manifest, object: { ...object, spec } as Manifest["object"] };
}
