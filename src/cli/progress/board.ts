// What a live list shows of each host: a pure step from one event to the next picture.
import type { Event } from "../../model/event.ts";
import { changeWords } from "../views/change.ts";
import { visible } from "../views/escape.ts";
import { duration } from "../views/layout.ts";

export interface HostBoard {
  readonly changed: number;
  readonly failed: number;
  readonly skipped: number;
  /** How many resources ended, of how many that have something to do. */
  readonly ended: number;
  readonly of: number;
  /** The last thing that was said: a step's title, a line of output. */
  readonly now: string;
}

export function emptyBoard(of: number): HostBoard {
  return { changed: 0, failed: 0, skipped: 0, ended: 0, of, now: "" };
}

/** The board after an event of this host. */
export function nextBoard(board: HostBoard, event: Event): HostBoard {
  switch (event.event) {
    case "started":
      return { ...board, now: visible(event.title) };
    case "waiting":
      return { ...board, now: `waiting for ${visible(event.for)}` };
    case "output":
      return { ...board, now: visible(event.line) };
    case "ended":
      return afterOutcome(board, event);
    default:
      return board;
  }
}

/** `ocean  3 of 7, 2 changed, 1 failed`. */
export function boardTitle(name: string, { ended, of, changed, failed, skipped }: HostBoard): string {
  const counts = [count(changed, "changed"), count(failed, "failed"), count(skipped, "skipped")].filter((word) => word !== "");
  return [`${visible(name)}  ${ended} of ${of}`, ...counts].join(", ");
}

/** All boards as one, for many hosts. */
export function sumBoards(boards: readonly HostBoard[]): HostBoard {
  return boards.reduce(
    (sum, one) => ({
      changed: sum.changed + one.changed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
      ended: sum.ended + one.ended,
      of: sum.of + one.of,
      now: one.now === "" ? sum.now : one.now,
    }),
    emptyBoard(0),
  );
}

/** How a row ends: failed where anything failed, skipped where nothing else came of it. */
export function endOf({ ended, failed, skipped }: HostBoard): "done" | "failed" | "skipped" {
  if (failed > 0) return "failed";
  return skipped > 0 && skipped === ended ? "skipped" : "done";
}

function afterOutcome(board: HostBoard, { outcome, entry, tookMs }: Extract<Event, { event: "ended" }>): HostBoard {
  if (entry.entry === "exact" && entry.action === "none") return board;
  const ended = { ...board, ended: board.ended + 1 };
  switch (outcome.outcome) {
    case "ok":
      return ended;
    case "changed":
      return {
        ...ended,
        changed: board.changed + 1,
        now: `${visible(entry.id)} ${changeWords(entry.changes, entry.action === "create", 4)} ${duration(tookMs)}`,
      };
    case "skipped":
      return { ...ended, skipped: board.skipped + 1 };
    default:
      return { ...ended, failed: board.failed + 1, now: `${visible(entry.id)} failed` };
  }
}

function count(number: number, word: string): string {
  return number === 0 ? "" : `${number} ${word}`;
}
