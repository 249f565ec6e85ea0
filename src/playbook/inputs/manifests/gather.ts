// From paths to manifests: files are parsed, folders walked, kustomizations followed.
import { basename, join } from "node:path";
import { isRecord, type JsonObject } from "../../../lib/json.ts";
import type { Path } from "../../../model/documents/document.ts";
import { parseYamlStream, type StreamDocument } from "../../../model/documents/stream.ts";
import type { Finding } from "../../../model/finding.ts";
import { type Manifest, type Manifests, pointerPart, valuesIn } from "../../../model/manifests.ts";
import { ProblemError } from "../../../model/problem.ts";
import { type Folder, kustomizationIn } from "./files.ts";
import { kustomized } from "./kustomization.ts";

const deepest = 16;

/** What is at the path, which is there. Never throws for what is in the files. */
export function gather(path: string, folder: Folder, depth = 0): Manifests {
  const found = folder.at(path);
  if (found.found === "nothing") return wrong({ file: path, message: `${path}: ${found.because}` });
  if (found.found === "file")
    return /^kustomization\.ya?ml$|^Kustomization$/.test(basename(path)) ? kustomization(path, folder, depth) : fromFile(path, folder);
  const own = kustomizationIn(path, folder);
  if (own !== undefined) return kustomization(own, folder, depth);
  if (depth > deepest) return wrong({ file: path, message: `${path} is more than ${deepest} folders deep` });
  const names = folder.names(path).filter((name) => !name.startsWith("."));
  return joined(names.flatMap((name) => inFolder(join(path, name), folder, depth)));
}

export function joined(all: readonly Manifests[]): Manifests {
  return { manifests: all.flatMap(({ manifests }) => manifests), findings: all.flatMap(({ findings }) => findings) };
}

// Beside manifests there are values of charts, scripts, pages: only what has a kind is one.
function inFolder(path: string, folder: Folder, depth: number): readonly Manifests[] {
  if (folder.at(path).found === "folder") return [gather(path, folder, depth + 1)];
  return /\.(ya?ml|json)$/.test(path) ? [fromFile(path, folder)] : [];
}

function kustomization(path: string, folder: Folder, depth: number): Manifests {
  if (depth > deepest) return wrong({ file: path, message: "kustomizations lead to each other in a circle, or are more than 16 deep" });
  const read = documentsOf(path, folder);
  if ("findings" in read) return read;
  const [document] = read.documents;
  return document === undefined
    ? wrong({ file: path, message: "the kustomization is empty" })
    : kustomized(document, (next) => gather(next, folder, depth + 1), folder);
}

function fromFile(path: string, folder: Folder): Manifests {
  const read = documentsOf(path, folder);
  return "findings" in read ? read : joined(read.documents.map(manifestsOf));
}

function documentsOf(path: string, folder: Folder): { readonly documents: readonly StreamDocument[] } | Manifests {
  try {
    return { documents: parseYamlStream(path, folder.text(path)) };
  } catch (thrown) {
    if (thrown instanceof ProblemError) return { manifests: [], findings: thrown.problems.map(({ message, at, hint }) => finding({ message, at, hint })) };
    return wrong({ file: path, message: `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}` });
  }
}

function manifestsOf(document: StreamDocument): Manifests {
  const { value } = document;
  if (isRecord(value) && /List$/.test(String(value["kind"])) && Array.isArray(value["items"]))
    return joined(value["items"].map((_, index) => one(document, ["items", index])));
  return one(document, []);
}

function one(document: StreamDocument, path: Path): Manifests {
  const object = path.reduce<unknown>((inside, part) => (inside as Record<string | number, unknown>)[part], document.value);
  if (!isRecord(object) || typeof object["kind"] !== "string" || typeof object["apiVersion"] !== "string") {
    const message = "no manifest: it has no apiVersion and kind";
    return {
      manifests: [],
      findings: [
        { level: "warning", message, at: document.at(path), hint: "leave the file out, or give its folder a kustomization.yaml that names the manifests" },
      ],
    };
  }
  return { manifests: [manifestOf(document, path, object as JsonObject)], findings: [] };
}

function manifestOf(document: StreamDocument, path: Path, object: JsonObject): Manifest {
  const start = pointerOf(path);
  const inside = document.secrets.filter((secret) => pointerOf(secret.path).startsWith(`${start}/`));
  const secrets = Object.fromEntries(inside.map(({ path: at, name }) => [pointerOf(at).slice(start.length), name]));
  const values = valuesIn(object).filter(({ pointer }) => !Object.keys(secrets).some((at) => pointer.startsWith(`${at}/`)));
  const places = values.map(({ pointer }) => [pointer, placeOf(document, [...path, ...partsOf(pointer)])] as const);
  return { object: JSON.parse(emptied(object, secrets)) as JsonObject, secrets, file: document.file, places: Object.fromEntries(places) };
}

function placeOf(document: StreamDocument, path: Path): readonly [number, number] {
  const { line, column } = document.at(path);
  return [line, column];
}

function emptied(object: unknown, secrets: Readonly<Record<string, string>>): string {
  const walk = (value: unknown, pointer: string): unknown => {
    if (Object.hasOwn(secrets, pointer)) return "";
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${pointer}/${index}`));
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, `${pointer}/${pointerPart(name)}`)])) : value;
  };
  return JSON.stringify(walk(object, ""));
}

function pointerOf(path: Path): string {
  return path.map((part) => `/${pointerPart(part)}`).join("");
}

function partsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function wrong({ file, message }: { readonly file: string; readonly message: string }): Manifests {
  return { manifests: [], findings: [{ level: "error", message, at: { file, line: 1, column: 1 } }] };
}

function finding({ message, at, hint }: { readonly message: string; readonly at: Finding["at"]; readonly hint: string | undefined }): Finding {
  return { level: "error", message, ...(at && { at }), ...(hint && { hint }) };
}
