// What may be asked of a Kubernetes cluster: one object as it is, and as the API server would make it.
import type { SecretRef } from "../text.ts";

/** How a cluster is reached. Part of a desired state, so it holds no secret. */
export interface KubernetesCluster {
  /** A kubeconfig: an absolute path (`~/` for here), or a secret that holds one. Its file is on the host for `through: "host"`, on this machine for "here". */
  readonly kubeconfig: string | SecretRef;
  /** "host": the API server on the host's own loopback, by way of the connection that is open. "here": the kubeconfig's server, directly. */
  readonly through: "host" | "here";
  /** Default: the kubeconfig's current one. */
  readonly context?: string;
}

/** Which object: `apps/v1`, `Deployment`, its namespace where the kind has one, its name. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** A value that holds a secret: filled in where `at` points (a JSON pointer), for `base64` encoded so. */
export interface ObjectFill {
  readonly at: string;
  readonly value: readonly (string | SecretRef)[];
  readonly base64?: true;
}

/** An object as it is to be, as text: what is in it is never taken for a reference to a secret. */
export interface ObjectText {
  readonly json: string;
  readonly fill?: readonly ObjectFill[];
}

/** One field that somebody else set to another value. */
export interface FieldConflict {
  /** As the API server writes it: `.spec.template.spec.containers[name="web"].image`. */
  readonly field: string;
  /** `"kubectl" with subresource "scale" using apps/v1`: hostile text. */
  readonly manager: string;
}

export type ObjectReady =
  | { readonly ready: true }
  /** `failed`: waiting does not help. */
  | { readonly ready: false; readonly because: string; readonly failed?: true };

/** What the server answered to the object as it should be, without keeping it. */
export type DryRun =
  | { readonly dryRun: "done"; readonly object: KubernetesObject; readonly conflicts: readonly FieldConflict[] }
  /** The login may look and not change, or a webhook of the cluster cannot be asked without effect. */
  | { readonly dryRun: "not allowed"; readonly because: string }
  /** Fields that cannot change: only a new object can have the new values. */
  | { readonly dryRun: "immutable"; readonly fields: readonly string[]; readonly because: string }
  | { readonly dryRun: "no namespace"; readonly namespace: string }
  | { readonly dryRun: "refused"; readonly because: string; readonly hint?: string };

/** As the API has it: hostile data. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

export type ObjectSeen =
  /** No API server: nothing listens, or there is no kubeconfig. */
  | { readonly seen: "nothing"; readonly because: string }
  /** The API does not know the kind (yet). */
  | { readonly seen: "no kind" }
  | { readonly seen: "absent"; readonly dryRun?: DryRun }
  | { readonly seen: "here"; readonly live: KubernetesObject; readonly dryRun?: DryRun; readonly ready: ObjectReady };

/** Equal questions at the same moment are asked once. Throws ProblemError (trust, privilege, unreachable, input, unknown). */
export interface KubernetesReader {
  /** What is there; with `wanted` also what the server would make of it. Changes nothing. */
  look(cluster: KubernetesCluster, name: ObjectName, wanted?: ObjectText): Promise<ObjectSeen>;
}

/** `Api.body` of a step: PATCH applies `object`, DELETE removes, GET waits. */
export interface KubernetesCall {
  readonly name: ObjectName;
  readonly object?: ObjectText;
  /** The object must still be this one. */
  readonly uid?: string;
  /** Take over fields that others set. */
  readonly force?: boolean;
  /** What kubectl apply owned becomes hlx's first. */
  readonly adopt?: boolean;
  /** For GET. */
  readonly until?: "ready" | "gone";
}

/** The field manager under which hlx applies. */
export const fieldManager = "hlx";

/** Field managers that stand for a whole manifest: what they own and the manifest does not have any more was taken out of it. */
export const wholeManifest = /^(kubectl-client-side-apply|before-first-apply)$/;
