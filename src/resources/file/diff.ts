// What differs between a file and what it should be.
import { type Ahead, type Change, change, type Known } from "../../model/kind.ts";
import { hasSecret, plainText } from "../../model/text.ts";
import { ownershipChanges } from "../ownership.ts";
import { contentLimit } from "../reads/files.ts";
import type { File } from "./desired.ts";
import type { FileActual } from "./probe.ts";

/** Of a file that is not there: type, content, mode, owner and group, so that no later diff can name more. */
export function diff(desired: File, found: Known<FileActual>, ahead: Ahead): readonly Change[] {
  if (desired.absent === true) return found.found === "absent" ? [] : [change("type", { before: found.actual.type, after: null, note: "kept for undo" })];
  const actual = found.found === "present" && found.actual.type === "file" ? found.actual : undefined;
  return [...typeChange(found), ...contentChange(desired, found, ahead), ...ownershipChanges(desired, actual)];
}

function typeChange(found: Known<FileActual>): readonly Change[] {
  if (found.found === "absent") return [change("type", { before: null, after: "file" })];
  return found.actual.type === "file"
    ? []
    : [change("type", { before: found.actual.type, after: "file", note: "replaces a symbolic link, not what it points to" })];
}

function contentChange(desired: File, found: Known<FileActual>, ahead: Ahead): readonly Change[] {
  const before = found.found === "present" && found.actual.type === "file" ? found.actual.sha256 : undefined;
  const after = ahead.digest(desired.content);
  if (after !== undefined && before === after) return [];
  const views = after === undefined || hasSecret(desired.content) ? hidden(desired, { before, after }) : shown(desired, found, { before, after });
  return [{ property: "content", risk: "none", ...views }];
}

type Views = Pick<Change, "before" | "after" | "view">;

interface Hashes {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function hidden(desired: File, { before, after }: Hashes): Views {
  const old = hasSecret(desired.content) ? ({ hidden: "sensitive" } as const) : hashShown(before);
  return { before: old, after: { hidden: after === undefined ? "known-later" : "sensitive" }, view: "value" };
}

function shown(desired: File, found: Known<FileActual>, { before, after }: Hashes): Views {
  const [old, wanted] = [before === undefined ? "" : oldText(found), shortText(desired)];
  if (old === undefined || wanted === undefined) return { before: hashShown(before), after: hashShown(after), view: "value" };
  return { before: { value: old }, after: { value: wanted }, view: "text" };
}

function hashShown(hash: string | undefined): { readonly value: string | null } {
  return { value: hash === undefined ? null : `sha256:${hash}` };
}

function oldText(found: Known<FileActual>): string | undefined {
  const text = found.found === "present" ? found.evidence?.["text"] : undefined;
  return typeof text === "string" ? text : undefined;
}

function shortText({ content }: File): string | undefined {
  const text = plainText(content);
  return text === undefined || text.length > contentLimit || text.includes("\0") ? undefined : text;
}
