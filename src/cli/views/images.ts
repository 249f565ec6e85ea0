// Tags of images and what they stand for: a line each, and the document.
import type { HostImage, SilentHost } from "../../engine/images.ts";
import { problemDocument } from "./documents.ts";
import { visible } from "./escape.ts";
import { columns } from "./layout.ts";

import type { Screen } from "./paint.ts";

export interface ImageRow {
  readonly image: string;
  /** Hosts that run it. */
  readonly hosts: readonly string[];
  readonly locked?: string;
  readonly offered?: string;
  /** Why the registry does not say. */
  readonly refused?: string;
  readonly state: "locked" | "moved" | "not locked" | "no answer" | "refused" | "bumped";
}

/** One row an image, in order of their names. */
export function imageRows(images: readonly HostImage[], bumped: ReadonlySet<string>): readonly ImageRow[] {
  const names = [...new Set(images.map(({ image }) => image))].sort();
  return names.map((image) => {
    const all = images.filter((one) => one.image === image);
    const [locked, offered] = [all.find((one) => one.locked !== undefined)?.locked, all.find((one) => one.offered !== undefined)?.offered];
    // What one host is told counts for all.
    const refused = offered === undefined ? all.find((one) => one.refused !== undefined)?.refused : undefined;
    const known = { ...(locked === undefined ? {} : { locked }), ...(offered === undefined ? {} : { offered }), ...(refused === undefined ? {} : { refused }) };
    return { image, hosts: [...new Set(all.map(({ host }) => host))], ...known, state: bumped.has(image) ? "bumped" : stateOf(known) };
  });
}

/** `hlx images`. */
export function imagesLines(rows: readonly ImageRow[], unreachable: readonly SilentHost[], { paint }: Pick<Screen, "paint">): readonly string[] {
  const silent = unreachable.map(({ host, problem }) => `${paint("red", "?")} ${visible(host)}  could not be asked: ${visible(problem.message)}`);
  if (rows.length === 0) return silent.length > 0 ? silent : ["No images: no stack or container of these hosts names one by a tag."];
  const painted = { locked: "green", moved: "yellow", "not locked": "yellow", "no answer": "red", refused: "red", bumped: "green" } as const;
  const lines = rows.map(({ image, hosts, locked, offered, state }) => [
    paint(painted[state], state),
    visible(image),
    short(locked),
    short(offered),
    visible(hosts.join(", ")),
  ]);
  const moved = rows.filter(({ state }) => state === "moved" || state === "not locked").length;
  return [
    ...columns([["", "IMAGE", "LOCKED", "REGISTRY", "HOSTS"], ...lines]),
    ...silent,
    ...new Set(rows.flatMap(({ refused }) => (refused === undefined ? [] : [visible(refused)]))),
    ...(moved === 0 ? [] : [`${moved} to be written to hlx.lock:  hlx images --bump`]),
  ];
}

/** `--json`. */
export function imagesDocument(rows: readonly ImageRow[], unreachable: readonly SilentHost[]): unknown {
  return { format: 1, document: "images", images: rows, unreachable: unreachable.map(({ host, problem }) => ({ host, problem: problemDocument(problem) })) };
}

function stateOf({ locked, offered, refused }: Pick<ImageRow, "locked" | "offered" | "refused">): ImageRow["state"] {
  if (offered === undefined) return refused === undefined ? "no answer" : "refused";
  if (locked === undefined) return "not locked";
  return locked === offered ? "locked" : "moved";
}

function short(digest: string | undefined): string {
  return digest === undefined ? "–" : visible(digest.replace("sha256:", "").slice(0, 12));
}
