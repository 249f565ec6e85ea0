// A live list on a terminal, by listr2: a line a host, its last step or output beneath; many hosts share one line.
import { Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from "listr2";
import type { Event } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import type { Context } from "../command.ts";
import { checkedLine, endedLines } from "../views/apply.ts";
import { harmless } from "../views/escape.ts";
import { counted, cut } from "../views/layout.ts";
import type { Screen } from "../views/paint.ts";
import { boardTitle, emptyBoard, endOf, type HostBoard, nextBoard, sumBoards } from "./board.ts";
import type { Progress } from "./progress.ts";

const linesAtMost = 20;

/** Starts drawing at once; failures are printed in full when the list has ended. */
export function liveProgress(plan: Plan, { io, printer }: Context): Progress {
  const boards = new Map(workOf(plan).map(([host, count]) => [host, emptyBoard(count)]));
  const failures: string[] = [];
  const done = Promise.withResolvers<void>();
  const grouped = boards.size > linesAtMost;
  const rows = new Map<string, Row>();
  const names = grouped ? [allOf(boards.size)] : [...boards.keys()];
  const list = new Listr(
    names.map((name) => ({
      title: harmless(boardTitle(name, boardOf(name))),
      task: async (_: unknown, row: Row) => {
        rows.set(name, row);
        await done.promise;
        row.title = safe(boardTitle(name, boardOf(name)));
        const end = endOf(boardOf(name));
        if (end === "skipped") row.skip();
        if (end === "failed") throw new Error(row.title);
      },
    })),
    // What failed is printed in full below.
    { ...listOptions, rendererOptions: { collapseErrors: false, showErrorMessage: false, logger: loggerFor(io) } },
  );
  function boardOf(name: string): HostBoard {
    return boards.get(name) ?? sumBoards([...boards.values()]);
  }
  const drawn = list.run().catch(() => undefined);

  function draw(host: string): void {
    const name = grouped ? allOf(boards.size) : host;
    const row = rows.get(name);
    const board = boardOf(name);
    if (row === undefined) return;
    row.title = safe(boardTitle(name, board));
    row.output = safe(board.now);
  }
  const safe = (text: string): string => harmless(cut(printer.redact(text), Math.max(20, printer.screen.width - 6)));

  return {
    on: (event) => {
      const host = hostOf(event);
      const board = host === undefined ? undefined : boards.get(host);
      failures.push(...failureLines(event, printer.screen));
      if (host === undefined || board === undefined) return;
      boards.set(host, nextBoard(board, event));
      draw(host);
    },
    end: async () => {
      done.resolve();
      await drawn;
      printer.out(failures);
    },
  };
}

type Row = Pick<ListrTaskWrapper<unknown, never, never>, "title" | "output" | "skip">;

const listOptions = { concurrent: true, exitOnError: false, registerSignalListeners: false } as const;

// listr2 wants a whole stream where it writes; on a terminal that is what the sink is.
function loggerFor(io: Context["io"]): ListrLogger {
  return new ListrLogger({ processOutput: new ProcessOutput(io.out as NodeJS.WriteStream, io.err as NodeJS.WriteStream) });
}

function workOf(plan: Plan): readonly (readonly [string, number])[] {
  const busy = plan.entries.filter(({ entry, action }) => entry !== "exact" || action !== "none");
  return plan.hosts.flatMap(({ host }) => {
    const count = busy.filter((entry) => entry.host === host).length;
    return count === 0 ? [] : [[host, count] as const];
  });
}

function hostOf(event: Event): string | undefined {
  return "host" in event ? event.host : undefined;
}

function isBad({ outcome }: Extract<Event, { event: "ended" }>): boolean {
  return outcome.outcome === "failed" || outcome.outcome === "unknown";
}

function failureLines(event: Event, screen: Screen): readonly string[] {
  if (event.event === "ended" && isBad(event)) return endedLines(event, screen);
  return event.event === "checked" && event.checked.because !== undefined ? [checkedLine(event.checked, screen)] : [];
}

function allOf(count: number): string {
  return counted(count, "host");
}
