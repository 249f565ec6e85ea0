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

/** Rows in the plan's order: unreachable hosts last. Unless all are asked for, what waits for the same reason shares one row a role call, and where a plan is long, a host's creates without a guarded risk one a host. */
export function groupRows(plan: Plan, all: boolean): readonly Row[] {
  const busy = plan.entries.filter(({ entry, action }) => entry === "blocked" || action !== "none");
  const grouped = all ? new Map<Entry, string>() : groupsOf(busy, busy.length > rowsAtMost ? [waiting, creating] : [waiting]);
  const members = Map.groupBy(grouped, ([, key]) => key);
  const rows = busy.flatMap((entry): readonly Row[] => {
    const key = grouped.get(entry);
    if (key === undefined) return [rowOf(entry)];
    const group = (members.get(key) ?? []).map(([member]) => member);
    return group[0] === entry ? [entry.entry === "blocked" ? waitingRow(group.length, entry) : groupRow(group)] : [];
  });
  return [...rows, ...plan.hosts.flatMap(unreachableRow)];
}

interface Grouping {
  /** The group of an entry; undefined where it has none. */
  readonly keyOf: (entry: Entry) => string | undefined;
  /** A smaller group has a row an entry. */
  readonly from: number;
}

const waiting: Grouping = {
  keyOf: (entry) => (entry.entry === "blocked" ? `blocked ${entry.host}/${entry.role} ${entry.because.message}` : undefined),
  from: 2,
};

// What is known and what is predicted stay apart.
const creating: Grouping = { keyOf: (entry) => (canJoin(entry) ? `${entry.entry} ${entry.host}` : undefined), from: createsAtMost + 1 };

function groupsOf(busy: readonly Entry[], groupings: readonly Grouping[]): ReadonlyMap<Entry, string> {
  return new Map(
    groupings.flatMap(({ keyOf, from }) => {
      const groups = Map.groupBy(busy, keyOf);
      return [...groups].flatMap(([key, group]) => (key === undefined || group.length < from ? [] : group.map((entry) => [entry, key] as const)));
    }),
  );
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

function waitingRow(count: number, entry: Extract<Entry, { entry: "blocked" }>): Row {
  const { host, role } = entry;
  return { mark: "!", host: visible(host), id: visible(role), what: `${counted(count, "resource")} blocked: ${blockedWords(entry)}`, predicted: false };
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
