// Drift on the terminal: who changed what, beside what we changed our mind about.

import { quote } from "../../lib/quote.ts";
import type { DriftedProperty, DriftItem, DriftReport } from "../../model/drift.ts";
import type { Shown } from "../../model/kind.ts";
import { withinHost } from "../../model/resource.ts";
import { isDrifted } from "../../plan/drift.ts";
import { mendWords, sinceWords, statusWord } from "../../report/drift-words.ts";
import { textDiff, valueText } from "./change.ts";
import { visible } from "./escape.ts";
import { counted, padded, widthOf } from "./layout.ts";
import type { Screen } from "./paint.ts";

export interface DriftView extends Screen {
  /** Show resources that were never applied, one by one. */
  readonly verbose: boolean;
}

/** The whole screen. */
export function driftLines(report: DriftReport, view: DriftView): readonly string[] {
  const shown = report.items.filter(({ status }) => status !== "converged" && (status !== "new" || view.verbose));
  const widths = {
    host: Math.max(0, ...shown.map(({ host }) => widthOf(visible(host)))),
    id: Math.min(48, Math.max(0, ...shown.map((item) => widthOf(idOf(item))))),
  };
  return [
    ...shown.flatMap((item) => itemLines(item, { widths, view })),
    ...report.unreachable.flatMap(({ host, problem, resources }) => [
      `${padded("unknown", 8)} ${padded(visible(host), widths.host)}  ${visible(problem.message)}; ${counted(resources, "resource")} not looked at`,
      ...(problem.hint === undefined ? [] : [`           ${visible(problem.hint)}`]),
    ]),
    ...(report.healing?.after ?? []).map((address) => `${padded("loaded", 8)} ${visible(address)}  after what was healed`),
    ...(report.unmanaged ?? []).map(({ host, sort, name }) => `in no role  ${visible(host)}  ${sort}  ${visible(name)}`),
    ...summary(report, view),
  ];
}

/** How many resources are not as the last apply left them and the roles want them; what was never applied counts as well, what was healed does not. */
export function driftedCount({ items }: Pick<DriftReport, "items">): number {
  return items.filter((item) => !["converged", "unknown", "healed"].includes(statusWord(item))).length;
}

interface Drawing {
  readonly widths: { readonly host: number; readonly id: number };
  readonly view: DriftView;
}

function itemLines(item: DriftItem, { widths, view }: Drawing): readonly string[] {
  const status = view.paint(colourOf(item), padded(statusWord(item), 8));
  const start = `${status} ${padded(visible(item.host), widths.host)}  ${padded(idOf(item), widths.id)}`;
  const lines = item.properties.flatMap((property) => propertyLines(property, view)).map((line) => `           ${line}`);
  const mend = mendWords(item) === "" ? [] : [`           ${visible(mendWords(item))}`];
  return [`${start}  ${remark(item)}`.trimEnd(), ...lines, ...mend];
}

function colourOf(item: DriftItem): "yellow" | "red" | "green" {
  const word = statusWord(item);
  if (word === "healed") return "green";
  return word === "pending" || word === "new" ? "yellow" : "red";
}

function remark({ status, recordedAt, because, since: known, by }: DriftItem): string {
  if (because !== undefined) return visible(because.message);
  const during = sinceWords({ ...(known === undefined ? {} : { since: known }), ...(by === undefined ? {} : { by }) });
  if (during !== "") return visible(`changed ${during}${status === "both" ? "; desired has changed too" : ""}`);
  const since = recordedAt === undefined ? "" : recordedAt.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
  const words: Partial<Record<DriftItem["status"], string>> = {
    drifted: `changed after ${since}`,
    pending: `desired has changed since ${since}, not applied`,
    both: `changed after ${since}, and desired has changed too`,
    new: "never applied",
  };
  return words[status] ?? "";
}

function propertyLines({ property, recorded, actual }: DriftedProperty, { paint }: DriftView): readonly string[] {
  const [before, after] = [manyLines(recorded), manyLines(actual)];
  if (before !== undefined && after !== undefined) return [`${visible(property)}:`, ...textDiff(before, after, paint)];
  return [`${visible(property)}: recorded ${valueText(recorded)}, actual ${valueText(actual)}`];
}

function manyLines(shown: Shown): string | undefined {
  return "value" in shown && typeof shown.value === "string" && shown.value.includes("\n") ? shown.value : undefined;
}

function summary({ items, unreachable }: DriftReport, { paint, verbose }: DriftView): readonly string[] {
  const count = (...wanted: readonly ReturnType<typeof statusWord>[]): number => items.filter((item) => wanted.includes(statusWord(item))).length;
  const hosts = new Set([...items, ...unreachable].map(({ host }) => host)).size;
  const fresh = count("new");
  const healed = count("healed") > 0 ? `, ${count("healed")} healed` : "";
  const totals = `${count("drifted")} drifted, ${count("pending")} pending, ${count("both")} both${healed}${fresh > 0 ? `, ${fresh} never applied` : ""}`;
  const lines = [`${paint("bold", `Drift: ${totals}.`)} ${counted(hosts, "host")}, ${counted(items.length, "resource")}.`];
  if (driftedCount({ items }) === 0 && healed === "")
    return unreachable.length === 0 && count("unknown") === 0
      ? [`No drift. ${counted(hosts, "host")}, ${counted(items.length, "resource")} as recorded and as desired.`]
      : lines;
  return [...lines, ...(fresh > 0 && !verbose ? ["  -v shows what was never applied"] : []), ...putBack(items)];
}

// Exactly what drifted when that is little, else the hosts it is on.
function putBack(items: readonly DriftItem[]): readonly string[] {
  const drifted = items.filter(isDrifted);
  if (drifted.length === 0) return [];
  const hosts = [...new Set(drifted.map(({ host }) => host))];
  const how = drifted.length <= 3 ? drifted.map(({ address }) => `--target ${quote(address)}`).join(" ") : `-l ${quote(hosts.join(","))}`;
  return [`Put back what drifted:  hlx apply ${visible(how)}`];
}

function idOf({ address }: DriftItem): string {
  return visible(withinHost(address));
}
