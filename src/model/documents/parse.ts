// YAML 1.2 text as data with positions; everything that YAML lets through silently is refused.
import { parseAllDocuments, type ScalarTag, type Document as YamlDocument } from "yaml";
import { type Position, type Problem, ProblemError, refuseAll } from "../problem.ts";
import { checkTree } from "./check.ts";
import type { Document } from "./document.ts";
import { finder } from "./finder.ts";
import { type Lines, linesOf } from "./lines.ts";
import { byPlace } from "./order.ts";
import { brokenFrom, syntaxProblems } from "./syntax.ts";

export type { Document, Path } from "./document.ts";
export { decodeUtf8 } from "./utf8.ts";

const longest = 16_000_000;

/** How forgiving to read: "hlx" for its own files; "foreign" takes merge keys and unquoted values as other tools do (compose files: YAML 1.2 with `<<`, octal with a leading 0). */
export type Dialect = "hlx" | "foreign";

/** Parses one YAML 1.2 document. Throws ProblemError with every syntax problem of the file, each with its place. */
export function parseYaml(file: string, source: string, dialect: Dialect = "hlx"): Document {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const lines = linesOf(file, text);
  refuseAll(badCharacters(text, lines));
  const documents = readDocuments(file, text);
  const [document] = documents;
  if (document === undefined) return { file, value: undefined, at: () => lines.position(0, 0) };
  const { value, problems } = checkTree(document, lines, dialect);
  const syntax = syntaxProblems(document, text, lines);
  const meant = problems.filter(({ at }) => at === undefined || lines.offset(at) < brokenFrom(document));
  refuseAll(byPlace([...syntax, ...meant, ...(document.errors.length > 0 ? [] : furtherDocuments(documents, lines))]));
  return { file, value, at: finder(document, lines) };
}

const secretTag: ScalarTag = {
  tag: "!secret",
  resolve(name, onError) {
    if (!/^[A-Za-z0-9_][\w.\-/]*$/.test(name)) onError("bad secret name");
    return { secret: name };
  },
};

/** Every document of a text, as syntax trees. Throws ProblemError where it is too long or too deep. */
export function readDocuments(file: string, source: string): readonly YamlDocument.Parsed[] {
  if (source.length > longest)
    throw new ProblemError({ code: "input", message: `the file is longer than ${longest} characters`, at: { file, line: 1, column: 1 } });
  try {
    const read = parseAllDocuments(source, {
      version: "1.2",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
      merge: false,
      customTags: [secretTag],
    });
    return Array.from(read) as readonly YamlDocument.Parsed[];
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ProblemError({ code: "input", message: "nested too deeply", at: { file, line: 1, column: 1 }, cause });
  }
}

function furtherDocuments(documents: readonly YamlDocument.Parsed[], lines: Lines): readonly Problem[] {
  const second = documents[1];
  if (second === undefined) return [];
  const at = lines.position(second.range[0]);
  return [{ code: "input", message: `expected one document, the second starts at ${at.line}:${at.column}`, at, hint: "one file holds one document" }];
}

/** Characters that no text file has. */
export function badCharacters(source: string, lines: Lines): readonly Problem[] {
  return [...source.matchAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f\uFEFF\uFFFD]|\r(?!\n)|\p{Surrogate}/gu)].slice(0, 20).map(({ 0: found, index }) => {
    const code = `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    const message = found === "\uFFFD" ? "the file is not UTF-8 text here" : `the character ${code} is not allowed`;
    return { code: "input", message, at: withoutText(lines.position(index)), hint: "save the file as UTF-8 text" };
  });
}

function withoutText({ text: _, ...position }: Position): Position {
  return position;
}
