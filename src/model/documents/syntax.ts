// The yaml library's errors and warnings as problems, with both places where something is left open.
import { isCollection, isScalar, visit, type YAMLError, type Document as YamlDocument } from "yaml";
import type { Position, Problem } from "../problem.ts";
import { rangeOf } from "./check.ts";
import type { Lines } from "./lines.ts";

/** Every error and warning of one document; one problem a place. */
export function syntaxProblems(document: YamlDocument.Parsed, source: string, lines: Lines): readonly Problem[] {
  const seen = new Set<number>();
  return [...document.errors.filter(isOwnMistake), ...document.warnings]
    .filter(({ pos }) => !seen.has(pos[0]) && seen.add(pos[0]))
    .map((error) => problemOf(error, { document, source, lines }));
}

/** Where the document stops to mean what its author sees: what stands behind this offset is not worth talking about. */
export function brokenFrom({ errors }: YamlDocument.Parsed): number {
  return Math.min(...errors.filter(({ code }) => code !== "TAG_RESOLVE_FAILED").map(({ pos }) => pos[0]));
}

// One bracket too many makes an error of every token behind it; tabs and tags are a mistake each.
function isOwnMistake({ code }: YAMLError, index: number, errors: readonly YAMLError[]): boolean {
  if (code === "TAB_AS_INDENT" || code === "TAG_RESOLVE_FAILED") return true;
  return errors.findIndex((error) => error.code !== "TAB_AS_INDENT" && error.code !== "TAG_RESOLVE_FAILED") === index;
}

interface Parsed {
  readonly document: YamlDocument.Parsed;
  readonly source: string;
  readonly lines: Lines;
}

function problemOf(error: YAMLError, { document, source, lines }: Parsed): Problem {
  const at = lines.position(...error.pos);
  const opener = error.code === "MISSING_CHAR" || error.code === "BAD_INDENT" ? openerOf(document, source, error.pos[0]) : undefined;
  if (opener !== undefined) return unclosed(at, { opener, source, lines });
  if (error.code === "TAG_RESOLVE_FAILED") return tagProblem(at, source.slice(...error.pos));
  if (error.code === "UNEXPECTED_TOKEN") return unexpected(at, source.slice(...error.pos));
  const own = wordings[error.code];
  return { code: "input", at, ...(own ?? { message: lowerFirst(error.message) }) };
}

function unexpected(at: Position, token: string): Problem {
  const what = token.trim() === "" ? "something else" : JSON.stringify(token.split("\n")[0]);
  return { code: "input", message: `${what} is not expected here`, hint: "is there a bracket too many, or a comma, a colon or a quote missing before it?", at };
}

function tagProblem(at: Problem["at"], tag: string): Problem {
  const name = tag.split(/\s/)[0] ?? tag;
  if (name === "!secret") return { code: "input", message: "!secret wants the name of a secret", hint: "write it as: !secret some.name", ...(at && { at }) };
  return {
    code: "input",
    message: `unknown tag ${name}`,
    hint: "the one tag is !secret NAME, which reads the secrets file; a text that begins with ! is written in quotes",
    ...(at && { at }),
  };
}

function unclosed(at: Problem["at"], { opener, source, lines }: { readonly opener: number; readonly source: string; readonly lines: Lines }): Problem {
  const place = lines.position(opener);
  const message = `${source[opener]} opened at ${place.line}:${place.column} is not closed`;
  return { code: "input", message, also: [{ at: place, note: "opened here" }], ...(at && { at }) };
}

// The innermost bracket or quote around the offset whose end is missing.
function openerOf(document: YamlDocument.Parsed, source: string, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, (_, node) => {
    const [from, to] = rangeOf(node);
    if (!isOpen(node, source, [from, to]) || offset < from || offset > to + 1) return;
    found = from;
  });
  return found;
}

const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}", '"': '"', "'": "'" };

function isOpen(node: unknown, source: string, [from, to]: readonly [number, number]): boolean {
  const opener = source[from] ?? "";
  if (closing[opener] === undefined) return false;
  if (isScalar(node)) return to - from < 2 || source[to - 1] !== closing[opener];
  return isCollection(node) && node.flow === true && source[to - 1] !== closing[opener];
}

const wordings: Readonly<Record<string, { readonly message: string; readonly hint?: string }>> = {
  BAD_ALIAS: { message: "an alias must have a name", hint: 'a text that begins with * or & is written in quotes: "*"' },
  MISSING_CHAR: { message: "something is missing before this", hint: "a comma, a colon or a closing quote" },
  TAB_AS_INDENT: { message: "tab used for indentation; YAML allows only spaces", hint: "replace the tab by spaces" },
  BAD_INDENT: { message: "the indentation does not fit what stands above", hint: "line it up with its neighbours, with spaces" },
  MULTIPLE_DOCS: { message: "expected one document", hint: "one file holds one document: take the --- away" },
};

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
