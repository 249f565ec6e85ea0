// Manifests of Kubernetes as they were read from files: objects with the places of their fields, and what is wrong with the files.
import { isRecord, type Json, type JsonObject } from "../lib/json.ts";
import type { Finding } from "./finding.ts";
import type { Position } from "./problem.ts";

export interface Manifest {
  /** Where `!secret NAME` stood, there is an empty text. */
  readonly object: JsonObject;
  /** Names of secrets, by JSON pointer. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly file: string;
  /** Line and column of the values, by JSON pointer; "" is the object. */
  readonly places: Readonly<Record<string, readonly [number, number]>>;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/** What an input "manifests" holds. */
export function manifestsIn(input: string | undefined): Manifests {
  const read: unknown = input === undefined || input === "" ? {} : JSON.parse(input);
  return { manifests: [], findings: [], ...(isRecord(read) ? read : {}) };
}

/** Where a value of a manifest stands; for one that is not there, the nearest above it. */
export function placeIn({ file, places }: Pick<Manifest, "file" | "places">, pointer: string): Position {
  const [line, column] = places[pointer] ?? [];
  if (line !== undefined && column !== undefined) return { file, line, column };
  return pointer === "" ? { file, line: 1, column: 1 } : placeIn({ file, places }, pointer.slice(0, pointer.lastIndexOf("/")));
}

/** Every value of an object, with its JSON pointer; maps and lists before what is in them. */
export function valuesIn(value: Json, pointer = ""): readonly { readonly pointer: string; readonly value: Json }[] {
  const inside = Array.isArray(value)
    ? value.flatMap((item: Json, index) => valuesIn(item, `${pointer}/${index}`))
    : isRecord(value)
      ? Object.entries(value).flatMap(([name, member]) => valuesIn(member as Json, `${pointer}/${pointerPart(name)}`))
      : [];
  return [{ pointer, value }, ...inside];
}

/** A key as a part of a JSON pointer. */
export function pointerPart(name: string | number): string {
  return String(name).replaceAll("~", "~0").replaceAll("/", "~1");
}

/** Kinds without a namespace; of custom ones their definition says so, and a name that begins with Cluster does. */
const clusterScoped: ReadonlySet<string> = new Set([
  ...(["Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"] as const),
  ...(["CustomResourceDefinition", "APIService", "PriorityClass", "RuntimeClass", "IngressClass", "GatewayClass", "CertificateSigningRequest"] as const),
  ...(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"] as const),
]);

/** True for an object that is in no namespace, as far as its kind tells. */
export function isClusterScoped(object: Readonly<Record<string, unknown>>): boolean {
  const kind = String(object["kind"]);
  return clusterScoped.has(kind) || /^Cluster[A-Z]/.test(kind);
}
