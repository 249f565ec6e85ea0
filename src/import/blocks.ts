// Files of words, semicolons and braces, as named.conf and dhcpd.conf are: statements with their places.
import { looksSecret } from "../model/documents/document.ts";
import type { Position } from "../model/problem.ts";
import { type Word, wrong } from "./zone/lines.ts";

export interface Statement {
  /** At least one, unless it is a bare block. */
  readonly words: readonly Word[];
  readonly block?: readonly Statement[];
  readonly at: Position;
}

/** What stands in the braces after these words, an element a text. */
export function listed(statement: Statement | undefined): readonly string[] | undefined {
  return statement?.block?.map(({ words }) => words.map(({ text }) => text).join(" "));
}

/** One statement on one line, as it may stand in such a file again. */
export function statementText({ words, block }: Statement): string {
  const said = words.map(({ text, quoted }) => (quoted ? `"${text}"` : text)).join(" ");
  if (block === undefined) return `${said};`;
  return `${said === "" ? "" : `${said} `}{${block.map((inner) => ` ${statementText(inner)}`).join("")} };`;
}

/** True where a template would still put something in. */
export function hasTemplate({ words, block = [] }: Statement): boolean {
  return words.some(({ text }) => /\{\{|\{%/.test(text)) || block.some(hasTemplate);
}

interface Reading {
  readonly tokens: readonly Word[];
  next: number;
}

/** Throws ProblemError at a brace, quote or comment that is left open, and at a statement without its semicolon. */
export function statementsOf(file: string, text: string): readonly Statement[] {
  const reading: Reading = { tokens: tokensOf(file, text), next: 0 };
  const statements = readBlock(reading, undefined);
  const left = reading.tokens[reading.next];
  if (left !== undefined) throw wrong(`this ${left.text} closes nothing`, left.at, "remove it");
  return statements;
}

/** The text of the word after this one, if the statement begins with these words. */
export function wordAfter(statements: readonly Statement[], ...names: readonly string[]): Word | undefined {
  return statements.find(({ words }) => names.every((name, index) => words[index]?.text === name))?.words[names.length];
}

// Template markers first: their braces open no block.
const token =
  /(?<template>\{\{.*?\}\}|\{%.*?%\})|\s+|\/\*[\s\S]*?(?:\*\/|(?<open>$))|(?:\/\/|#).*|"(?<quoted>(?:[^"\\]|\\[\s\S])*)(?<end>"?)|(?<mark>[{};])|(?<word>(?:(?!\/\*|\/\/)[^\s{};"#])+)/g;

function tokensOf(file: string, text: string): readonly Word[] {
  const place = placing(file, text.split("\n"));
  return [...text.matchAll(token)].flatMap((match) => {
    const { template, quoted, end, mark, word, open } = match.groups ?? {};
    const at = place(match.index, match[0].length);
    if (open !== undefined) throw wrong("this comment is not closed", at, "end it with */");
    if (quoted !== undefined && end === "") throw wrong("this quote is not closed", at, 'end it with "');
    const found = template ?? quoted ?? mark ?? word;
    return found === undefined ? [] : [{ text: found, quoted: quoted !== undefined, at }];
  });
}

// Places are asked for in the order of the text.
function placing(file: string, rows: readonly string[]): (offset: number, length: number) => Position {
  let [row, start] = [0, 0];
  return (offset, length) => {
    while (offset > start + (rows[row]?.length ?? 0)) {
      start += (rows[row]?.length ?? 0) + 1;
      row += 1;
    }
    const text = rows[row] ?? "";
    return { file, line: row + 1, column: offset - start + 1, length, ...(mayBeSecret(text) ? {} : { text }) };
  };
}

// A word, then what it is given: `secret "…"`.
function mayBeSecret(row: string): boolean {
  return [...row.matchAll(/([\w-]+)\s+["\w]/g)].some(([, word = ""]) => looksSecret(word));
}

function readBlock(reading: Reading, opened: Word | undefined): readonly Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    const token = reading.tokens[reading.next];
    if (token === undefined && opened !== undefined) throw wrong("this { is not closed", opened.at, "end it with }");
    if (token === undefined || isMark(token, "}")) return statements;
    if (isMark(token, ";")) reading.next += 1;
    else statements.push(readStatement(token, reading));
  }
}

function readStatement(first: Word, reading: Reading): Statement {
  const words: Word[] = [];
  for (let token = reading.tokens[reading.next]; token !== undefined; token = reading.tokens[reading.next]) {
    if (isMark(token, "}")) break;
    reading.next += 1;
    if (isMark(token, ";")) return { words, at: first.at };
    if (isMark(token, "{")) return withBlock({ words, at: first.at }, token, reading);
    words.push(token);
  }
  throw wrong(`this statement has no end`, first.at, "write ; after it");
}

// `acl x { … };` ends at its semicolon, `subnet … { … }` at its brace; named has words between and after blocks.
function withBlock({ words, at }: Statement, brace: Word, reading: Reading): Statement {
  const block = [...readBlock(reading, brace)];
  reading.next += 1;
  const next = reading.tokens[reading.next];
  if (next !== undefined && isMark(next, ";")) reading.next += 1;
  if (next === undefined || !isContinued(next, words)) return { words, block, at };
  const rest = readStatement(next, reading);
  return { words: [...words, ...rest.words], block: [...block, ...(rest.block ?? [])], at };
}

// controls { inet ADDRESS allow { … } keys { … }; }: one statement with two blocks.
function isContinued(next: Word, words: readonly Word[]): boolean {
  return words[0]?.text === "inet" && next.text === "keys";
}

function isMark({ text, quoted }: Word, mark: string): boolean {
  return !quoted && text === mark;
}
