// Events as lines: what ended, and with -v what begins and what hosts print.
import type { Event } from "../../model/event.ts";
import type { Printer } from "../printer.ts";
import { checkedLine, endedLines } from "../views/apply.ts";
import { visible } from "../views/escape.ts";
import type { Progress } from "./progress.ts";

export function plainProgress(printer: Printer, verbosity: number): Progress {
  return { on: (event) => printer.out(eventLines(event, printer, verbosity)), end: async () => {} };
}

/** Only what went wrong. */
export function quietProgress(printer: Printer): Progress {
  return { on: (event) => printer.out(isBad(event) ? eventLines(event, printer, 0) : []), end: async () => {} };
}

function isBad(event: Event): boolean {
  if (event.event === "checked") return event.checked.because !== undefined;
  return event.event === "unreachable" || (event.event === "ended" && ["failed", "unknown"].includes(event.outcome.outcome));
}

/** The lines of an event; none for those that do not matter at this verbosity. */
export function eventLines(event: Event, { screen }: Pick<Printer, "screen">, verbosity: number): readonly string[] {
  switch (event.event) {
    case "ended":
      return event.outcome.outcome === "ok" && verbosity === 0 ? [] : endedLines(event, screen);
    case "checked":
      return [checkedLine(event.checked, screen)];
    case "notice":
      return [`   ${event.host === undefined ? "" : `${visible(event.host)}: `}${visible(event.message)}`];
    case "unreachable":
      return [` ✖ ${visible(event.host)}  unreachable: ${visible(event.problem.message)}`];
    default:
      return verbosity === 0 ? [] : detailLines(event);
  }
}

function detailLines(event: Event): readonly string[] {
  switch (event.event) {
    case "started":
      return [`   ${visible(event.host)}  ${visible(event.title)}`];
    case "waiting":
      return [`   ${visible(event.host)}  waiting for ${visible(event.for)}`];
    case "output":
      return [`   ${visible(event.host)} | ${visible(event.line)}`];
    default:
      return [];
  }
}
