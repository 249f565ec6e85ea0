// The book of what hlx made: written in the transactions of the journal, so that a killed run has it, too.
import { same } from "../lib/json.ts";
import type { Outcome } from "../model/event.ts";
import type { AnyKind, Found } from "../model/kind.ts";
import type { Entry, Plan } from "../model/plan.ts";
import type { JournalRecord, Made, MadeChange, State } from "../model/ports/state.ts";
import type { Address } from "../model/resource.ts";
import { membersOf, missingMembers, removes } from "../plan/members.ts";
import { actualKey } from "../plan/texts.ts";
import type { Run } from "./host-run.ts";

export interface Keeping {
  readonly plan: Plan;
  readonly run: number;
  readonly kinds: ReadonlyMap<string, AnyKind>;
  /** What the last look at each resource found. */
  readonly found: ReadonlyMap<Address, Found<unknown>>;
  /** This run takes another back: what it brings back was not hlx's, unless hlx had made it. */
  readonly undoes: boolean;
}

type Intent = Extract<JournalRecord, { record: "intent" }>;

interface Book extends Keeping {
  readonly entries: ReadonlyMap<Address, Entry>;
  /** By `host/kind:member`. */
  readonly rows: Map<string, Made>;
  order: number;
}

/** The same state; with every record of the journal goes what it says about things made and removed. */
export async function keepingMade(state: State, keeping: Keeping): Promise<State> {
  const { plan } = keeping;
  const rows = new Map((await state.made(plan.hosts.map(({ host }) => host))).map((row) => [actualKey(row.host, row.id), row]));
  const book: Book = { ...keeping, rows, entries: new Map(plan.entries.map((entry) => [entry.address, entry])), order: 0 };
  const journal: State["journal"] = (run, records, more = []) => {
    const changes = [...records.flatMap((record) => changesOf(record, book)), ...more];
    for (const change of changes) note(change, rows);
    return state.journal(run, records, changes);
  };
  return { ...state, journal };
}

/** At the end: what was gone by itself is gone, and what is still wanted belongs to who wants it now. */
export async function settleMade(plan: Plan, { state, run, world, outcomes }: Run): Promise<void> {
  const rows = new Map((await state.made(plan.hosts.map(({ host }) => host))).map((row) => [actualKey(row.host, row.id), row]));
  const done = plan.entries.filter(({ address }) => ["ok", "changed"].includes(outcomes.get(address)?.outcome ?? ""));
  const changes = done.flatMap((entry) => settled(entry, { rows, run, kinds: world.kinds, playbook: plan.playbook }));
  if (changes.length > 0) await state.journal(run, [], changes);
}

function changesOf(record: JournalRecord, book: Book): readonly MadeChange[] {
  const entry = book.entries.get(record.address);
  const kind = book.kinds.get(entry?.kind ?? "");
  if (entry === undefined || kind === undefined) return [];
  if (record.record === "intent") return removes(entry) ? [] : making(record, { entry, kind, book });
  return record.record === "outcome" ? concluding(record.outcome, { entry, kind, book }) : [];
}

function concluding(outcome: Outcome["outcome"], { entry, kind, book }: About): readonly MadeChange[] {
  if (removes(entry)) return outcome === "changed" ? gone(entry, { rows: book.rows, run: book.run, kind }) : [];
  return outcome === "failed" || outcome === "skipped" ? notMade({ entry, kind, book }) : [];
}

interface About {
  readonly entry: Entry;
  readonly kind: AnyKind;
  readonly book: Book;
}

// Written before the steps: nobody else makes it while this host is locked.
function making({ before }: Intent, { entry, kind, book }: About): readonly MadeChange[] {
  const { host, address } = entry;
  const { run, rows, undoes, plan } = book;
  const found: Found<unknown> = before === null ? { found: "absent" } : { found: "present", actual: before };
  const missing = [...missingMembers(kind, entry, found)].filter(([id]) => !undoes || rows.has(actualKey(host, id)));
  return missing.map(([id, desired]) => {
    const playbook = plan.playbook ?? rows.get(actualKey(host, id))?.playbook;
    const live = plan.hosts.some((one) => one.host === host && one.live === true);
    const by = { ...(playbook === undefined ? {} : { playbook }), ...(live ? { live: true as const } : {}) };
    return { put: { host, id, kind: kind.kind, address, desired: desired as Made["desired"], run, order: book.order++, ...by } };
  });
}

// What this run meant to make and is not there was not made.
function notMade({ entry, kind, book }: About): readonly MadeChange[] {
  const missing = missingMembers(kind, entry, book.found.get(entry.address) ?? { found: "absent" });
  return [...missing.keys()].flatMap((id) => (book.rows.get(actualKey(entry.host, id))?.run === book.run ? [{ drop: { host: entry.host, id } }] : []));
}

interface Rows {
  readonly rows: ReadonlyMap<string, Made>;
  readonly run: number;
  readonly kind: AnyKind;
}

function gone({ host, desired }: Entry, { rows, run, kind }: Rows): readonly MadeChange[] {
  return [...membersOf(kind, desired).keys()].flatMap((id) => {
    const row = rows.get(actualKey(host, id));
    return row === undefined || row.gone !== undefined ? [] : [{ put: { ...row, gone: run } }];
  });
}

function settled(
  entry: Entry,
  { rows, run, kinds, playbook }: Omit<Rows, "kind"> & { readonly kinds: ReadonlyMap<string, AnyKind>; readonly playbook: string | undefined },
): readonly MadeChange[] {
  const kind = kinds.get(entry.kind);
  if (kind === undefined) return [];
  if (removes(entry)) return gone(entry, { rows, run, kind });
  return [...membersOf(kind, entry.desired)].flatMap(([id, desired]) => {
    const row = rows.get(actualKey(entry.host, id));
    if (row === undefined || row.gone !== undefined) return [];
    const now: Made = { ...row, address: entry.address, desired: desired as Made["desired"], ...(playbook === undefined ? {} : { playbook }) };
    return same(row, now) ? [] : [{ put: now }];
  });
}

function note(change: MadeChange, rows: Map<string, Made>): void {
  if ("put" in change) rows.set(actualKey(change.put.host, change.put.id), change.put);
  else rows.delete(actualKey(change.drop.host, change.drop.id));
}
