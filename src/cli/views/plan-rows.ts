// Which rows a plan is shown in: one an entry, or one for many creates of a host.
import { highestRisk } from "../../model/kind.ts";
import type { Entry, Plan } from "../../model/plan.ts";
import { guardedRisks } from "../../plan/totals.ts";
import { changeWords } from "./change.ts";
import { visible } from "./escape.ts";
import { counted } from "./layout.ts";

/** Text is made visible already. */
export interface Row {
  readonly mark: string;
  readonly host: string;
  readonly id: string;
  readonly what: string;
  readonly predicted: boolean;
  /** Left out for rows that stand for several entries, or for a host. */
  readonly entry?: Entry;
}

const rowsAtMost = 40;
const createsAtMost = 6;

/** Rows in the plan's order: unreachable hosts last. Where a plan is long, a host's creates without a guarded risk share one row, unless all are asked for. */
export function groupRows(plan: Plan, all: boolean): readonly Row[] {
  const busy = plan.entries.filter(({ entry, action }) => entry === "blocked" || action !== "none");
  const grouped = all || busy.length <= rowsAtMost ? new Map<Entry, string>() : groupsOf(busy);
  const members = Map.groupBy(grouped, ([, key]) => key);
  const rows = busy.flatMap((entry): readonly Row[] => {
    const key = grouped.get(entry);
    if (key === undefined) return [rowOf(entry)];
    const group = (members.get(key) ?? []).map(([member]) => member);
    return group[0] === entry ? [groupRow(group)] : [];
  });
  return [...rows, ...plan.hosts.flatMap(unreachableRow)];
}

// Which group each create belongs to: what is known and what is predicted stay apart.
function groupsOf(busy: readonly Entry[]): ReadonlyMap<Entry, string> {
  const keys = new Map(busy.flatMap((entry) => (canJoin(entry) ? [[entry, `${entry.entry} ${entry.host}`] as const] : [])));
  const sizes = Map.groupBy(keys.values(), (key) => key);
  return new Map([...keys].filter(([, key]) => (sizes.get(key)?.length ?? 0) > createsAtMost));
}

function canJoin({ entry, action, changes }: Entry): boolean {
  return entry !== "blocked" && action === "create" && !guardedRisks.includes(highestRisk(changes));
}

function groupRow(group: readonly Entry[]): Row {
  const [first] = group;
  const lasting = group.filter(({ irreversible }) => irreversible !== undefined).length;
  const roles = [...new Set(group.map(({ role }) => visible(role)))].join(", ");
  return {
    mark: "+",
    host: visible(first?.host ?? ""),
    id: roles,
    what: `${counted(group.length, "resource")}${lasting === 0 ? "" : `, ${lasting} cannot be undone`}, -D shows each`,
    predicted: first?.entry === "predicted",
  };
}

function rowOf(entry: Entry): Row {
  const base = { host: visible(entry.host), id: visible(entry.id), predicted: entry.entry === "predicted", entry };
  if (entry.entry === "blocked") return { ...base, mark: "!", what: `blocked: ${blockedWords(entry)}` };
  const what = changeWords(entry.changes, entry.action === "create");
  return { ...base, mark: marks[entry.action], what: entry.prune === undefined ? what : `${what}; ${pruneWords[entry.prune]}` };
}

const pruneWords = {
  removes: "hlx made it, nothing wants it any more",
  unmakes: "hlx made it, nothing wants it any more",
  reloads: "what it watched goes away",
} as const;
const marks = { none: " ", create: "+", update: "~", replace: "-/+", remove: "-" } as const;

function blockedWords({ address, because }: Extract<Entry, { entry: "blocked" }>): string {
  const message = because.message.startsWith(`${address}: `) ? because.message.slice(address.length + 2) : because.message;
  return visible(message) + (because.hint === undefined ? "" : ` (${visible(because.hint)})`);
}

function unreachableRow({ host, unreachable }: Plan["hosts"][number]): readonly Row[] {
  if (unreachable === undefined) return [];
  const hint = unreachable.hint === undefined ? "" : ` (${visible(unreachable.hint)})`;
  return [{ mark: "?", host: visible(host), id: "unreachable", what: visible(unreachable.message) + hint, predicted: false }];
}
