// The changes of a kustomization that hlx makes itself; what comes of them is what kubectl kustomize (5.5) makes, compared field by field.
import { isRecord, type Json, type JsonObject } from "../../../lib/json.ts";
import { isClusterScoped, type Manifest } from "../../../model/manifests.ts";

export type Change = (object: JsonObject) => JsonObject;

/** In kustomize's order. `manifests` are all that the kustomization names. */
export function changesOf(value: Record<string, unknown>, manifests: readonly Manifest[]): readonly Change[] {
  const { namespace, commonAnnotations } = value;
  const accounts = new Set(manifests.filter(({ object }) => object["kind"] === "ServiceAccount").map(({ object }) => partOf(object, "metadata")["name"]));
  return [
    ...(typeof namespace === "string" ? [inNamespace(namespace, accounts)] : []),
    ...(isRecord(commonAnnotations) ? [withMeta("annotations", commonAnnotations), inTemplates("annotations", commonAnnotations)] : []),
    ...listOf(value["labels"]).filter(isRecord).flatMap(labelling),
    ...listOf(value["images"]).filter(isRecord).map(withImage),
    ...listOf(value["replicas"]).filter(isRecord).map(withReplicas),
  ];
}

function labelling({ pairs, includeTemplates }: Record<string, unknown>): readonly Change[] {
  if (!isRecord(pairs)) return [];
  return [withMeta("labels", pairs), ...(includeTemplates === true ? [inTemplates("labels", pairs)] : [])];
}

// Of bindings, the account "default" follows, and those that come with the manifests.
function inNamespace(namespace: string, accounts: ReadonlySet<unknown>): Change {
  return (object) => {
    const metadata = partOf(object, "metadata");
    if (object["kind"] === "Namespace") return { ...object, metadata: { ...metadata, name: namespace } };
    const moved = isClusterScoped(object) ? object : { ...object, metadata: { ...metadata, namespace } };
    const follows = (one: Json): one is JsonObject =>
      isRecord(one) && one["kind"] === "ServiceAccount" && (one["name"] === "default" || accounts.has(one["name"]));
    const subjects = object["subjects"];
    return Array.isArray(subjects) ? { ...moved, subjects: subjects.map((one: Json) => (follows(one) ? { ...one, namespace } : one)) } : moved;
  };
}

type MetaName = "labels" | "annotations";

function withMeta(name: MetaName, pairs: Record<string, unknown>): Change {
  return (object) => {
    const metadata = partOf(object, "metadata");
    return { ...object, metadata: { ...metadata, [name]: { ...partOf(metadata, name), ...(pairs as JsonObject) } } };
  };
}

// Where kinds hold the metadata of what they make; a job that is made on time holds two of them.
function inTemplates(name: MetaName, pairs: Record<string, unknown>): Change {
  const meta = withMeta(name, pairs);
  const inTemplate: Change = (object) => inside(object, "spec", (spec) => (isRecord(spec["template"]) ? inside(spec, "template", meta) : spec));
  const inClaims: Change = (object) =>
    inside(object, "spec", (spec) => {
      const claims = spec["volumeClaimTemplates"];
      return Array.isArray(claims)
        ? { ...spec, volumeClaimTemplates: claims.map((claim: Json) => (isRecord(claim) ? meta(claim as JsonObject) : claim)) }
        : spec;
    });
  return (object) => {
    if (object["kind"] === "CronJob") return inside(object, "spec", (spec) => inside(spec, "jobTemplate", (job) => inTemplate(meta(job))));
    if (!isRecord(object["spec"])) return object;
    return name === "labels" ? inClaims(inTemplate(object)) : inTemplate(object);
  };
}

function inside(object: JsonObject, name: string, change: Change): JsonObject {
  return { ...object, [name]: change(partOf(object, name)) };
}

function withImage(image: Record<string, unknown>): Change {
  const { name, newName = name, newTag, digest } = image;
  const walk = (value: Json, key: string): Json => {
    if (key === "image" && typeof value === "string") return imageOf(value);
    if (Array.isArray(value)) return value.map((item: Json) => walk(item, ""));
    return isRecord(value) ? (Object.fromEntries(Object.entries(value).map(([inner, member]) => [inner, walk(member as Json, inner)])) as JsonObject) : value;
  };
  const imageOf = (old: string): string => {
    const [, bare = old, rest = ""] = /^(.*?)((?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]+)?)$/.exec(old) ?? [];
    if (bare !== name) return old;
    return `${String(newName)}${digest !== undefined ? `@${String(digest)}` : newTag !== undefined ? `:${String(newTag)}` : rest}`;
  };
  return (object) => walk(object, "") as JsonObject;
}

function withReplicas({ name, count }: Record<string, unknown>): Change {
  return (object) => {
    const scaled = ["Deployment", "StatefulSet", "ReplicaSet"].includes(String(object["kind"])) && partOf(object, "metadata")["name"] === name;
    return scaled ? { ...object, spec: { ...partOf(object, "spec"), replicas: Number(count) } } : object;
  };
}

function partOf(object: JsonObject, name: string): JsonObject {
  const part = object[name];
  return isRecord(part) ? (part as JsonObject) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
