// A YAML text of several documents, as other tools write them: each as data with positions, and where secrets are named in it.
import { isMap, isScalar, isSeq, type Document as YamlDocument } from "yaml";
import { isRecord } from "../../lib/json.ts";
import { refuseAll } from "../problem.ts";
import { checkTree, keyOf } from "./check.ts";
import type { Document, Path } from "./document.ts";
import { finder } from "./finder.ts";
import { linesOf } from "./lines.ts";
import { byPlace } from "./order.ts";
import { badCharacters, readDocuments } from "./parse.ts";
import { syntaxProblems } from "./syntax.ts";

export interface StreamDocument extends Document {
  /** Where `!secret NAME` stands: in the data it cannot be told from a map with the one key "secret". */
  readonly secrets: readonly { readonly path: Path; readonly name: string }[];
}

/** The documents that are not empty. Throws ProblemError with every syntax problem of the file. */
export function parseYamlStream(file: string, source: string): readonly StreamDocument[] {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const lines = linesOf(file, text);
  refuseAll(badCharacters(text, lines));
  const read = readDocuments(file, text).map((document) => ({ document, ...checkTree(document, lines, "foreign") }));
  refuseAll(byPlace(read.flatMap(({ document, problems }) => [...syntaxProblems(document, text, lines), ...(document.errors.length > 0 ? [] : problems)])));
  return read
    .filter(({ value }) => value !== undefined && value !== null)
    .map(({ document, value }) => ({ file, value, at: finder(document, lines), secrets: secretsIn(document) }));
}

function secretsIn(document: YamlDocument.Parsed): StreamDocument["secrets"] {
  return tagged(document.contents, []);
}

function tagged(node: unknown, path: Path): StreamDocument["secrets"] {
  if (isMap(node)) return node.items.flatMap((pair) => tagged(pair.value, [...path, keyOf(pair) ?? ""]));
  if (isSeq(node)) return node.items.flatMap((item, index) => tagged(item, [...path, index]));
  if (!isScalar(node) || node.tag !== "!secret" || !isRecord(node.value)) return [];
  return [{ path, name: String(node.value["secret"]) }];
}
