// Changes as people read them: a few words, value lines, text diffs.
import { structuredPatch } from "diff";
import { canonical } from "../../lib/json.ts";
import type { Change, Shown } from "../../model/kind.ts";
import { visible, visibleLines } from "./escape.ts";
import { cut } from "./layout.ts";
import type { Paint } from "./paint.ts";

const diffLinesAtMost = 60;
const textAtMost = 400_000;
const valueAtMost = 300;
const wordsAtMost = 12;
const valueLinesAtMost = 200;
// The time a diff takes grows with the square of it.
const maxEditLength = 1_500;

/** A shown value in one line: text as it is, other values as JSON, hidden ones by their name. */
export function valueText(shown: Shown): string {
  if ("hidden" in shown) return shown.hidden === "sensitive" ? "(sensitive)" : "(known after apply)";
  const { value } = shown;
  if (value === undefined || value === null) return "none";
  if (value === "") return '""';
  return cut(visible(beginning(typeof value === "string" ? value : canonical(value))), valueAtMost);
}

// Making text harmless never makes it shorter: what will be cut off need not be looked at. A host may send much.
function beginning(text: string): string {
  return text.slice(0, 2 * valueAtMost);
}

/** All changes in a few words: `cores 16 → 8, content +2 -1`. `fresh`: there was nothing before, so only what will be is said. Of many changes the first `most`. */
export function changeWords(changes: readonly Change[], fresh: boolean, most = wordsAtMost): string {
  const told = fresh ? telling(changes) : changes;
  const more = told.length > most ? [`… ${told.length - most} more`] : [];
  return [...told.slice(0, most).map((change) => (fresh ? newWords(change) : updateWords(change))), ...more].join(", ");
}

/** The diff of each change in lines; values get one line each when there are several of them. */
export function changeLines(changes: readonly Change[], options: { readonly paint: Paint; readonly fresh: boolean }): readonly string[] {
  const values = changes.filter((change) => !isText(change));
  const said = options.fresh || values.length > 1 ? values : [];
  const more = said.length > valueLinesAtMost ? [`… ${said.length - valueLinesAtMost} more changes; all of them: --json`] : [];
  const lines = said.slice(0, valueLinesAtMost).map((change) => valueLine(change, options.fresh));
  return [...lines, ...more, ...changes.filter(isText).flatMap((change) => textLines(change, options.paint))];
}

/** True when a diff of two texts can be drawn for it. */
export function isText({ view, before, after }: Change): boolean {
  return view === "text" && !("hidden" in before) && !("hidden" in after);
}

/** A unified diff without file names, three lines of context, at most sixty lines. */
export function textDiff(before: string, after: string, paint: Paint): readonly string[] {
  if (before.length > textAtMost || after.length > textAtMost) return [`(too large to compare here: ${before.length} and ${after.length} characters)`];
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 3, maxEditLength }) ?? { hunks: undefined };
  if (hunks === undefined) return ["(too different to compare line by line)"];
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: body }) => [
    paint("cyan", `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`),
    ...body.map((line) => painted(line, paint)),
  ]);
  const more = lines.length - diffLinesAtMost;
  return more > 0 ? [...lines.slice(0, diffLinesAtMost), `… ${more} more lines of this diff`] : lines;
}

function painted(line: string, paint: Paint): string {
  const [shown = ""] = visibleLines(line);
  if (line.startsWith("+")) return paint("green", shown);
  return line.startsWith("-") ? paint("red", shown) : shown;
}

function textLines(change: Change, paint: Paint): readonly string[] {
  const [before, after] = [textOf(change.before), textOf(change.after)];
  return textDiff(before, after, paint);
}

function valueLine({ property, before, after, note }: Change, fresh: boolean): string {
  const values = fresh ? valueText(after) : `${valueText(before)} → ${valueText(after)}`;
  return `${visible(property)}: ${values}${noted(note)}`;
}

function newWords({ property, after, view, note }: Change): string {
  if ("hidden" in after) return `${visible(property)} ${valueText(after)}${noted(note)}`;
  if (view === "text") return `${visible(property)} ${lineCount(textOf(after))}${noted(note)}`;
  return `${visible(property)}${after.value === true ? "" : ` ${shortValue(after)}`}${noted(note)}`;
}

function updateWords(change: Change): string {
  const { property, before, after, note } = change;
  if (isText(change)) return `${visible(property)} ${plusMinus(textOf(before), textOf(after))}${noted(note)}`;
  if ("hidden" in before && "hidden" in after && before.hidden === after.hidden) return `${visible(property)} ${shortValue(after)}${noted(note)}`;
  return `${visible(property)} ${shortValue(before)} → ${shortValue(after)}${noted(note)}`;
}

function shortValue(shown: Shown): string {
  return cut(valueText(shown), 60);
}

function noted(note: string | undefined): string {
  return note === undefined ? "" : ` (${visible(note)})`;
}

function textOf(shown: Shown): string {
  if ("hidden" in shown || shown.value === null || shown.value === undefined) return "";
  return typeof shown.value === "string" ? shown.value : JSON.stringify(shown.value, undefined, 2);
}

// That a new thing exists, and that a file is a file, is said by the mark and the name already.
function telling(changes: readonly Change[]): readonly Change[] {
  const more = changes.filter(({ property, after }) => !(["exists", "type"].includes(property) || ("value" in after && after.value === null)));
  return more.length > 0 ? more : changes;
}

function lineCount(text: string): string {
  const lines = visibleLines(text).length;
  return `${lines} ${lines === 1 ? "line" : "lines"}`;
}

function plusMinus(before: string, after: string): string {
  if (before.length > textAtMost || after.length > textAtMost) return "changes";
  const patch = structuredPatch("", "", before, after, "", "", { context: 0, maxEditLength });
  const lines = patch?.hunks.flatMap((hunk) => hunk.lines) ?? [];
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return patch === undefined ? "changes" : `+${count("+")} -${count("-")}`;
}
