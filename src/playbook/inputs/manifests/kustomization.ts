// kustomization.yaml: what it names and the changes that hlx makes itself; everything else of kustomize is refused with words.
import { dirname, join } from "node:path";
import { isRecord, type Json, type JsonObject } from "../../../lib/json.ts";
import { didYouMean } from "../../../lib/suggest.ts";
import type { Path } from "../../../model/documents/document.ts";
import type { StreamDocument } from "../../../model/documents/stream.ts";
import type { Finding } from "../../../model/finding.ts";
import type { Manifest, Manifests } from "../../../model/manifests.ts";
import { isClusterScoped } from "../../../model/manifests.ts";
import type { Folder } from "./files.ts";

type Change = (object: JsonObject) => JsonObject;

const done = ["resources", "bases", "namespace", "labels", "commonLabels", "commonAnnotations", "images", "replicas"] as const;
const silent: readonly string[] = ["apiVersion", "kind", "metadata", "sortOptions", "buildMetadata"];

/** The manifests of a kustomization; `gather` reads what it names. */
export function kustomized(document: StreamDocument, gather: (path: string) => Manifests, folder: Folder): Manifests {
  const { value } = document;
  if (!isRecord(value)) return { manifests: [], findings: [{ level: "error", message: "a kustomization is a map", at: document.at([]) }] };
  const named = ["resources", "bases"].flatMap((key) =>
    listOf(value[key]).map((entry, index) => resource(entry, { document, path: [key, index], gather, folder })),
  );
  const changes = changesOf(value);
  return {
    manifests: named.flatMap(({ manifests }) => manifests).map((manifest) => changed(manifest, changes)),
    findings: [...unknownKeys(value, document), ...named.flatMap(({ findings }) => findings)],
  };
}

interface Naming {
  readonly document: StreamDocument;
  readonly path: Path;
  readonly gather: (path: string) => Manifests;
  readonly folder: Folder;
}

function resource(entry: unknown, { document, path, gather, folder }: Naming): Manifests {
  const at = document.at(path);
  const refuse = (message: string, hint: string): Manifests => ({ manifests: [], findings: [{ level: "error", message, at, hint }] });
  if (typeof entry !== "string") return refuse("a kustomization names its resources by their paths", "write a path relative to the kustomization");
  if (/^(https?|ssh|git)[:@]|^git::|^github\.com\//.test(entry))
    return refuse(`${entry} is not here, and hlx fetches no manifests`, "keep a copy beside the kustomization, so that what is applied is what was read");
  const full = join(dirname(document.file), entry);
  const found = folder.at(full);
  if (found.found !== "nothing") return gather(full);
  const hint = didYouMean(entry, neighbours(full, entry, folder)) ?? "kustomize and Flux cannot build it either: take the line out, or put the file there";
  return refuse(`the kustomization names ${entry}: ${found.because}`, hint);
}

function neighbours(full: string, entry: string, folder: Folder): readonly string[] {
  const parent = dirname(full);
  return folder.at(parent).found === "folder" ? folder.names(parent).map((name) => join(dirname(entry), name)) : [];
}

function unknownKeys(value: Record<string, unknown>, document: StreamDocument): readonly Finding[] {
  const odd = Object.keys(value).filter((key) => ![...done, ...silent].includes(key));
  return odd.map((key) => ({
    level: "error",
    message: `hlx does not do kustomize's ${key}`,
    at: document.at([key], "key"),
    hint: didYouMean(key, done) ?? "render it, and name the file that comes of it: kubectl kustomize DIR > rendered.yaml",
  }));
}

function changed(manifest: Manifest, changes: readonly Change[]): Manifest {
  return { ...manifest, object: changes.reduce((object, change) => change(object), manifest.object) };
}

function changesOf(value: Record<string, unknown>): readonly Change[] {
  const { namespace, commonLabels, commonAnnotations } = value;
  const labels = listOf(value["labels"]).filter(isRecord);
  return [
    ...(typeof namespace === "string" ? [inNamespace(namespace)] : []),
    ...(isRecord(commonAnnotations) ? [withMeta("annotations", commonAnnotations)] : []),
    ...(isRecord(commonLabels) ? [withMeta("labels", commonLabels), withSelectors(commonLabels)] : []),
    ...labels.flatMap(({ pairs, includeSelectors, includeTemplates }) =>
      isRecord(pairs) ? labelling(pairs, includeSelectors === true, includeTemplates === true) : [],
    ),
    ...listOf(value["images"]).filter(isRecord).map(withImage),
    ...listOf(value["replicas"]).filter(isRecord).map(withReplicas),
  ];
}

function labelling(pairs: Record<string, unknown>, ...[selectors, templates]: readonly [boolean, boolean]): readonly Change[] {
  return [withMeta("labels", pairs), ...(selectors ? [withSelectors(pairs)] : templates ? [withTemplate(pairs)] : [])];
}

function inNamespace(namespace: string): Change {
  return (object) => {
    if (object["kind"] === "Namespace") return { ...object, metadata: { ...partOf(object, "metadata"), name: namespace } };
    const moved = isClusterScoped(object) ? object : { ...object, metadata: { ...partOf(object, "metadata"), namespace } };
    const subjects = object["subjects"];
    return Array.isArray(subjects)
      ? { ...moved, subjects: subjects.map((one: Json) => (isRecord(one) && one["kind"] === "ServiceAccount" ? { ...one, namespace } : one)) as Json }
      : moved;
  };
}

function withMeta(name: "labels" | "annotations", pairs: Record<string, unknown>): Change {
  return (object) => {
    const metadata = partOf(object, "metadata");
    return { ...object, metadata: { ...metadata, [name]: { ...partOf(metadata, name), ...(pairs as JsonObject) } } };
  };
}

function withSelectors(pairs: Record<string, unknown>): Change {
  return (object) => {
    const spec = partOf(object, "spec");
    if (object["kind"] === "Service" && isRecord(spec["selector"]))
      return { ...object, spec: { ...spec, selector: { ...spec["selector"], ...(pairs as JsonObject) } as JsonObject } };
    const selector = partOf(spec, "selector");
    const matched = isRecord(selector["matchLabels"])
      ? { ...object, spec: { ...spec, selector: { ...selector, matchLabels: { ...partOf(selector, "matchLabels"), ...(pairs as JsonObject) } } } }
      : object;
    return withTemplate(pairs)(matched);
  };
}

function withTemplate(pairs: Record<string, unknown>): Change {
  return (object) => {
    const spec = partOf(object, "spec");
    return isRecord(spec["template"]) ? { ...object, spec: { ...spec, template: withMeta("labels", pairs)(spec["template"] as JsonObject) } } : object;
  };
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
