// kustomization.yaml: what it names and the changes that hlx makes itself; everything else of kustomize is refused with words.
import { dirname, join, relative } from "node:path";
import { isRecord } from "../../../lib/json.ts";
import { didYouMean } from "../../../lib/suggest.ts";
import type { Path } from "../../../model/documents/document.ts";
import type { StreamDocument } from "../../../model/documents/stream.ts";
import type { Finding } from "../../../model/finding.ts";
import type { Manifest, Manifests } from "../../../model/manifests.ts";
import type { Folder } from "./files.ts";
import { type Change, changesOf } from "./transforms.ts";

const done = ["resources", "bases", "namespace", "labels", "commonAnnotations", "images", "replicas"] as const;
const silent: readonly string[] = ["apiVersion", "kind", "metadata", "sortOptions", "buildMetadata"];

/** The manifests of a kustomization; `gather` reads what it names. */
export function kustomized(document: StreamDocument, gather: (path: string) => Manifests, folder: Folder): Manifests {
  const { value } = document;
  if (!isRecord(value)) return { manifests: [], findings: [{ level: "error", message: "a kustomization is a map", at: document.at([]) }] };
  const named = ["resources", "bases"].flatMap((key) =>
    listOf(value[key]).map((entry, index) => resource(entry, { document, path: [key, index], gather, folder })),
  );
  const manifests = named.flatMap((one) => one.manifests);
  const changes = changesOf(value, manifests);
  return {
    manifests: manifests.map((manifest) => changed(manifest, changes)),
    findings: [...unknownKeys(value, document), ...selectors(value, document), ...named.flatMap(({ findings }) => findings)],
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
  const moved = folder.like(full);
  const elsewhere = moved === undefined ? undefined : `is it ${relative(dirname(document.file), moved)}?`;
  const hint =
    didYouMean(entry, neighbours(full, entry, folder)) ?? elsewhere ?? "kustomize and Flux cannot build it either: take the line out, or put the file there";
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
    hint: didYouMean(key, done) ?? rendered,
  }));
}

// A selector cannot change once it is applied, and every kind has others that would have to follow.
function selectors({ labels }: Record<string, unknown>, document: StreamDocument): readonly Finding[] {
  return listOf(labels).flatMap((one, index) => {
    if (!isRecord(one) || one["includeSelectors"] !== true) return [];
    return [
      {
        level: "error",
        message: "hlx does not add labels to selectors",
        at: document.at(["labels", index, "includeSelectors"], "key"),
        hint: rendered,
      } as const,
    ];
  });
}

const rendered = "render it, and name the file that comes of it: kubectl kustomize DIR > rendered.yaml";

function changed(manifest: Manifest, changes: readonly Change[]): Manifest {
  return { ...manifest, object: changes.reduce((object, change) => change(object), manifest.object) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
