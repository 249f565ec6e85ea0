// Cron expressions: read by croner, shown as next runs, and written as systemd's calendar events where they can be.
import { Cron } from "croner";
import { ProblemError } from "../model/problem.ts";

/** The next times of the expression after `from`, in this machine's time zone. */
export function nextRuns(expression: string, { from, count }: { readonly from: Date; readonly count: number }): readonly Date[] {
  return read(expression).nextRuns(count, from);
}

/**
 * `OnCalendar=` values (systemd.time(7)) that together mean what the expression means (crontab(5)): a day of the month and a day of the week that are
 * both restricted are "or" in cron and "and" in systemd, so that they are two values. Throws ProblemError (usage) for what is no expression or cannot be said.
 */
export function calendarsOf(expression: string): readonly string[] {
  const spelled = nicknames.get(expression.trim().toLowerCase()) ?? expression.trim();
  const fields = spelled.split(/\s+/);
  if (fields.length !== 5) throw refused(expression, "it has not five fields: minute, hour, day of month, month, day of week");
  const [minute, hour, day, month, weekday] = ranges.map((range, index) => valuesOf(fields[index] ?? "", range, expression));
  read(spelled);
  const time = `${listed(hour, "*")}:${listed(minute, "*")}:00`;
  const onDay = `*-${listed(month, "*")}-${listed(day, "*")} ${time}`;
  if (weekday === undefined) return [onDay];
  const weekdays = [...new Set(weekday.map((number) => weekdayNames[number % 7] ?? ""))].join(",");
  if (day === undefined) return [`${weekdays} ${onDay}`];
  if (fields.some((field) => field.startsWith("*/"))) refuseSteppedDays(fields, expression);
  return [onDay, `${weekdays} *-${listed(month, "*")}-* ${time}`];
}

const nicknames: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const monthNames = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

interface Range {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

const ranges: readonly Range[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: monthNames },
  { from: 0, to: 7, names: weekdayNames.map((name) => name.toLowerCase()) },
];

// undefined is "any": what is not restricted.
function valuesOf(field: string, range: Range, expression: string): readonly number[] | undefined {
  if (field === "*") return undefined;
  const values = field.split(",").flatMap((piece) => pieceOf(piece, range, expression));
  return [...new Set(values)].sort((left, right) => left - right);
}

function pieceOf(piece: string, range: Range, expression: string): readonly number[] {
  const parts = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(piece);
  if (parts === null) throw refused(expression, `systemd cannot say "${piece}"`);
  const [, first = "", last, step] = parts;
  const top = range.names === ranges[4]?.names ? 6 : range.to;
  const from = first === "*" ? range.from : numberOf(first, range, expression);
  const alone = first === "*" || step !== undefined ? top : from;
  const to = last === undefined ? alone : numberOf(last, range, expression);
  const by = Number(step ?? 1);
  if (by < 1 || to < from) throw refused(expression, `"${piece}" means nothing`);
  return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
}

function numberOf(word: string, { from, to, names }: Range, expression: string): number {
  const named = names.indexOf(word.toLowerCase());
  const value = named >= 0 ? named : /^\d{1,2}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= from && value <= to) return value;
  throw refused(expression, `"${word}" is not between ${from} and ${to}`);
}

function listed(values: readonly number[] | undefined, any: string): string {
  return values === undefined ? any : values.map((value) => String(value).padStart(2, "0")).join(",");
}

// crons disagree whether a stepped star counts as restricted: vixie's takes both days then, others either.
function refuseSteppedDays(fields: readonly string[], expression: string): void {
  if ([fields[2], fields[4]].some((field) => field?.startsWith("*/")))
    throw refused(expression, "a stepped day beside another day means different things in different crons");
}

function read(expression: string): Cron {
  try {
    return new Cron(expression, { paused: true });
  } catch (cause) {
    throw refused(expression, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function refused(expression: string, why: string, cause?: unknown): ProblemError {
  const hint = "five fields as in crontab(5): '*/15 * * * *', '0 6 * * mon-fri'; or --every 15m";
  return new ProblemError({ code: "usage", message: `--cron "${expression}": ${why}`, hint, ...(cause === undefined ? {} : { cause }) });
}
