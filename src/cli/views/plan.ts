// A plan on the terminal: one row a change, diffs of updates beneath, then the totals and the next command.
import { highestRisk } from "../../model/kind.ts";
import type { Entry, Plan } from "../../model/plan.ts";
import type { Problem } from "../../model/problem.ts";
import { guardedRisks, totalsOf } from "../../plan/totals.ts";
import { changeLines, isText } from "./change.ts";
import { visible } from "./escape.ts";
import { counted, cut, duration, padded, widthOf } from "./layout.ts";
import type { Screen } from "./paint.ts";
import { groupRows, type Row } from "./plan-rows.ts";
import { frame, place } from "./problem.ts";

export interface PlanView extends Screen {
  /** "default": creates in one line, updates with their diff. */
  readonly diff: "default" | "all" | "none";
  /** Only the totals. */
  readonly quiet?: boolean;
  /** How long planning took; left out for a saved plan. */
  readonly tookMs?: number;
  /** The command that applies this plan; `--allow` is added where it is needed. */
  readonly applyWith?: string;
  /** Paths are shown relative to it. */
  readonly cwd?: string;
}

/** The whole screen. */
export function planLines(plan: Plan, view: PlanView): readonly string[] {
  if (view.quiet === true) return summary(plan, view);
  const rows = groupRows(plan, view.diff === "all");
  const widths = { host: widest(rows, ({ host }) => host, 24), id: widest(rows, ({ id }) => id, 44) };
  const drawn = rows.flatMap((row) => rowLines(row, { widths, view }));
  const elsewhere = elsewhereLines(plan.elsewhere);
  return [...drawn, ...elsewhere, ...stayingLines(plan), ...summary(plan, view)];
}

/** Guarded risks in the plan that are not in a list, each once. */
export function risksToAllow(entries: readonly Entry[], allowed: readonly string[] = []): readonly string[] {
  const needed = entries.filter(({ entry }) => entry !== "blocked").map(({ changes }) => highestRisk(changes));
  return guardedRisks.filter((risk) => needed.includes(risk) && !allowed.includes(risk));
}

interface Drawing {
  readonly widths: { readonly host: number; readonly id: number };
  readonly view: PlanView;
}

function rowLines(row: Row, { widths, view }: Drawing): readonly string[] {
  const start = `${padded(paintedMark(row.mark, view), 3)} ${padded(row.host, widths.host)}  ${padded(row.id, widths.id)}  `;
  const risk = riskText(row, view);
  const what = cut(row.what, Math.max(24, view.width - widthOf(start) - widthOf(risk) - 2));
  const line = `${start}${risk === "" ? what : `${padded(what, 30)}  ${risk}`}`.trimEnd();
  return [line, ...detail(row.entry, view).map((text) => `        ${text}`)];
}

function detail(entry: Entry | undefined, view: PlanView): readonly string[] {
  if (entry?.entry === "blocked") return placeLines(entry.because, view);
  if (entry === undefined || view.diff === "none") return [];
  const fresh = entry.action === "create";
  if (fresh && view.diff !== "all") return [];
  const changes = entry.action === "remove" && view.diff !== "all" ? entry.changes.filter((change) => !isText(change)) : entry.changes;
  const lasting = view.diff === "all" && entry.irreversible !== undefined ? [`cannot be undone: ${visible(entry.irreversible)}`] : [];
  return [...changeLines(changes, { paint: view.paint, fresh }), ...lasting];
}

function placeLines({ at }: Problem, { cwd = "", paint }: PlanView): readonly string[] {
  return at === undefined ? [] : [place(at, cwd), ...frame(at, paint)];
}

function riskText({ entry, predicted }: Row, { paint }: PlanView): string {
  const risk = entry === undefined || entry.entry === "blocked" ? "none" : highestRisk(entry.changes);
  const said = risk === "none" || risk === "reload" ? risk.replace("none", "") : `risk ${risk}`;
  const guarded = (guardedRisks as readonly string[]).includes(risk);
  const words = guarded ? paint("yellow", `${said}   needs --allow ${risk}`) : said;
  const lasting = entry?.irreversible === undefined ? "" : "cannot be undone";
  return [words, predicted ? "(predicted)" : "", lasting].filter((word) => word !== "").join("  ");
}

function paintedMark(mark: string, { paint }: PlanView): string {
  const style = ({ "+": "green", "~": "yellow", "-": "red", "-/+": "red", "!": "red", "?": "red" } as const)[mark];
  const right = mark.padStart(3);
  return style === undefined ? right : paint(style, right);
}

function elsewhereLines(elsewhere: readonly Entry[]): readonly string[] {
  if (elsewhere.length === 0) return [];
  const hosts = [...new Set(elsewhere.map(({ host }) => visible(host)))].join(", ");
  const names = elsewhere.slice(0, 5).map(({ address }) => visible(address));
  const more = elsewhere.length > names.length ? `, and ${elsewhere.length - names.length} more` : "";
  return [`Required on ${hosts} and not as desired there, but not part of this plan: ${names.join(", ")}${more}`, "  -w, --with-required plans them too"];
}

const staysAtMost = 10;

function stayingLines({ stays = [] }: Plan): readonly string[] {
  const lines = stays.slice(0, staysAtMost).map(({ host, address, because, hint }) => {
    const what = address === undefined ? `host ${visible(host)}` : visible(address);
    return `  · ${what}: ${visible(because)}${hint === undefined ? "" : ` (${visible(hint)})`}`;
  });
  return stays.length > staysAtMost ? [...lines, `  · and ${stays.length - staysAtMost} more that stay; --json lists them`] : lines;
}

function summary(plan: Plan, view: PlanView): readonly string[] {
  const { add, change, remove } = totalsOf(plan.entries);
  const quiet = add + change + remove === 0;
  const size = sizeWords(plan, view.tookMs);
  const stuck = plan.problems.length + plan.hosts.filter(({ unreachable }) => unreachable !== undefined).length;
  if (quiet && stuck === 0) return [`No changes. ${size.replace(/ resources?/, "$& as desired")}`];
  const blocked = plan.problems.length > 0 ? ` ${plan.problems.length} blocked.` : "";
  const totals = view.paint("bold", `Plan: ${add} to add, ${change} to change, ${remove} to remove.`);
  return [`${totals}${blocked} ${size}`, ...(quiet || view.applyWith === undefined ? [] : [applyLine(view.applyWith, plan)])];
}

function applyLine(command: string, plan: Plan): string {
  const allow = risksToAllow(plan.entries).map((risk) => ` --allow ${risk}`);
  return `Apply:  ${command}${allow.join("")}`;
}

function sizeWords({ hosts, entries }: Plan, tookMs: number | undefined): string {
  const seen = hosts.filter(({ unreachable }) => unreachable === undefined);
  const missing = hosts.length - seen.length;
  const trips = Math.max(0, ...seen.map(({ roundTrips }) => roundTrips));
  const words = [
    counted(hosts.length, "host") + (missing > 0 ? ` (${missing} unreachable)` : ""),
    counted(entries.length, "resource"),
    ...(trips > 0 ? [`${counted(trips, "round trip")}${hosts.length > 1 ? " at most on a host" : ""}`] : []),
    ...(tookMs === undefined ? [] : [duration(tookMs)]),
  ];
  return `${words.join(", ")}.`;
}

function widest(rows: readonly Row[], of: (row: Row) => string, atMost: number): number {
  return Math.min(atMost, Math.max(0, ...rows.map((row) => widthOf(of(row)))));
}
