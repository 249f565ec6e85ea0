// Markdown as hlx writes it, drawn for a terminal: bold headings, tables as columns, code in colour.
import { columns, widthOf } from "./layout.ts";
import type { Screen } from "./paint.ts";

/** Understands what the reference pages use: headings, tables, lists, links, code. All else stays as it is. */
export function markdownLines(text: string, screen: Screen): readonly string[] {
  return blocksOf(text.trimEnd().split("\n")).flatMap((block) => (isTable(block) ? tableLines(block, screen) : block.map((line) => drawn(line, screen))));
}

// Lines of a table together, every other line alone.
function blocksOf(lines: readonly string[]): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  for (const line of lines) {
    const last = blocks.at(-1);
    if (last !== undefined && line.startsWith("|") && last[0]?.startsWith("|")) last.push(line);
    else blocks.push([line]);
  }
  return blocks;
}

function isTable([first = ""]: readonly string[]): boolean {
  return first.startsWith("|");
}

function tableLines(lines: readonly string[], screen: Screen): readonly string[] {
  const rows = lines.filter((line) => !/^[| -]+$/.test(line)).map(cellsOf);
  const [head = [], ...body] = rows;
  const used = head.map((_, column) => body.some((row) => (row[column] ?? "") !== ""));
  const kept = [head, ...body].map((row) => row.filter((_, column) => used[column]));
  const rowsOf = kept.map((row) => row.map(bare));
  const left = columns(rowsOf.map((row) => ["", ...row.slice(0, -1), "|"])).map((line) => line.slice(0, -1));
  return rowsOf.flatMap((row, index) => {
    const lines = beside(left[index] ?? "", row.at(-1) ?? "", screen.width);
    return index === 0 ? lines.map((line) => screen.paint("dim", line)) : lines;
  });
}

/** A text in lines of at most `width` columns, each beginning where the first one does; a word is never broken. */
function beside(left: string, text: string, width: number): readonly string[] {
  const indent = widthOf(left);
  const lines = [left];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (widthOf(last) + widthOf(word) <= width || widthOf(last) <= indent) lines[lines.length - 1] = `${last}${word} `;
    else lines.push(`${" ".repeat(indent)}${word} `);
  }
  return lines.map((line) => line.trimEnd());
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function drawn(line: string, { paint }: Screen): string {
  const heading = /^#+ (.*)$/.exec(line)?.[1];
  if (heading !== undefined) return paint("bold", bare(heading));
  if (line.startsWith("    ")) return paint("cyan", line);
  return withoutLinks(line).replace(/`([^`]+)`/g, (_, inner: string) => paint("cyan", inner));
}

function bare(text: string): string {
  return withoutLinks(text).replaceAll("`", "");
}

function withoutLinks(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)\s]+\)/g, "$1");
}
