// Whose an object is: hlx's, somebody's who applies from Git, or nobody's in particular.
import { isRecord, parsedJson } from "../../lib/json.ts";
import { fieldManager, type KubernetesObject, wholeManifest } from "../../model/ports/kubernetes.ts";
import { mark } from "./desired.ts";

/** Labels, annotations and managers by which tools that apply from Git know their objects; facts of their documentation. */
const gitOps: readonly { readonly tool: string; readonly manager: RegExp; readonly names: readonly string[] }[] = [
  { tool: "Flux", manager: /^(kustomize|helm)-controller$/, names: ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"] },
  { tool: "Argo CD", manager: /^argocd-(controller|application-controller)$/, names: ["argocd.argoproj.io/tracking-id", "argocd.argoproj.io/instance"] },
];

/** The tool that applies it from Git, with what it is there: `Flux (apps)`. */
export function gitOpsOwner(object: KubernetesObject): string | undefined {
  const [labels, annotations] = [partOf(object, "labels"), partOf(object, "annotations")];
  for (const { tool, manager, names } of gitOps) {
    const said = names.map((name) => labels[name] ?? annotations[name]).find((value) => value !== undefined);
    if (said !== undefined) return `${tool} (${String(said)})`;
    if (managersOf(object).some(({ name }) => manager.test(name))) return tool;
  }
  return undefined;
}

/** It was applied by hlx: by its mark, or as a field manager. */
export function isOurs(object: KubernetesObject): boolean {
  return partOf(object, "annotations")[mark] !== undefined || hasApplied(object);
}

/** hlx is among its field managers. */
export function hasApplied(object: KubernetesObject): boolean {
  return managersOf(object).some(({ name, operation }) => name === fieldManager && operation === "Apply");
}

/** Somebody said that it is not to be pruned. */
export function isKept(object: KubernetesObject): boolean {
  return partOf(object, "annotations")["hlx.io/prune"] === "disabled";
}

/** A StatefulSet may own its claims: they are removed with it, or with the replicas that go (persistentVolumeClaimRetentionPolicy, since Kubernetes 1.27). */
export function claimsGo({ kind, spec }: KubernetesObject, when: "whenDeleted" | "whenScaled"): boolean {
  const policy = isRecord(spec) ? spec["persistentVolumeClaimRetentionPolicy"] : undefined;
  return kind === "StatefulSet" && isRecord(policy) && policy[when] === "Delete";
}

export function uidOf(object: KubernetesObject): string | undefined {
  const uid = isRecord(object["metadata"]) ? object["metadata"]["uid"] : undefined;
  return typeof uid === "string" ? uid : undefined;
}

function partOf(object: KubernetesObject, name: "labels" | "annotations"): Readonly<Record<string, unknown>> {
  const meta = isRecord(object["metadata"]) ? object["metadata"] : {};
  const part = meta[name];
  return isRecord(part) ? part : {};
}

function managersOf(object: KubernetesObject): readonly { readonly name: string; readonly operation: string }[] {
  const meta = isRecord(object["metadata"]) ? object["metadata"] : {};
  const fields: readonly unknown[] = Array.isArray(meta["managedFields"]) ? meta["managedFields"] : [];
  return fields.filter(isRecord).map(({ manager, operation }) => ({ name: String(manager), operation: String(operation) }));
}

/** The fields, as the server names them, that a kubectl apply on the client's side owned. */
export function formerFields(object: KubernetesObject): readonly string[] {
  const meta = isRecord(object["metadata"]) ? object["metadata"] : {};
  const entries: readonly unknown[] = Array.isArray(meta["managedFields"]) ? meta["managedFields"] : [];
  const former = entries
    .filter(isRecord)
    .filter(({ manager, operation, subresource }) => wholeManifest.test(String(manager)) && operation === "Update" && !subresource);
  return former.flatMap(({ fieldsV1 }) => namesIn(fieldsV1, ""));
}

// FieldsV1 (sigs.k8s.io/structured-merge-diff): `f:` is a field, `k:` an item of a list by its key, `v:` a word of a set, `.` the thing itself.
function namesIn(fields: unknown, path: string): readonly string[] {
  if (!isRecord(fields)) return [];
  const inside = Object.entries(fields).filter(([name]) => name.startsWith("f:") || name.startsWith("k:"));
  if (inside.length === 0) return path === "" ? [] : [path];
  return inside.flatMap(([name, member]) => namesIn(member, `${path}${name.startsWith("f:") ? `.${name.slice(2)}` : itemIn(name.slice(2))}`));
}

function itemIn(text: string): string {
  const key = parsedJson(text);
  const members = isRecord(key) ? Object.entries(key) : [];
  return `[${members.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}
