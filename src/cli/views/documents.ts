// The documents of --json: `"format": 1`, made of data alone; causes and contents of steps are left out.
import type { DriftReport } from "../../model/drift.ts";
import type { Event, RunResult } from "../../model/event.ts";
import type { Entry, Plan } from "../../model/plan.ts";
import type { Problem } from "../../model/problem.ts";
import { titleOf } from "../../model/step.ts";
import { totalsOf } from "../../plan/totals.ts";

/** `hlx plan --json`, `hlx show FILE --json`. What is converged is counted, not listed. */
export function planDocument(plan: Plan): unknown {
  const { format, id, hlx, created, inventory, hosts, entries, elsewhere, stays, problems } = plan;
  return {
    format,
    document: "plan",
    id,
    hlx,
    created,
    inventory,
    totals: totalsOf(entries),
    hosts: hosts.map(({ host, resources, roundTrips, unreachable }) => ({
      host,
      resources,
      roundTrips,
      ...(unreachable === undefined ? {} : { unreachable: problemDocument(unreachable) }),
    })),
    entries: entries.filter(isBusy).map(entryDocument),
    elsewhere: elsewhere.map(entryDocument),
    ...(stays === undefined ? {} : { stays }),
    problems: problems.map(problemDocument),
  };
}

/** `hlx drift --json`. */
export function driftDocument({ format, created, items, unreachable, unmanaged, healing }: DriftReport): unknown {
  return {
    format,
    document: "drift",
    created,
    items: items
      .filter(({ status }) => status !== "converged")
      .map(({ because, mend, ...item }) => ({
        ...item,
        ...(mend === undefined ? {} : { mend: mend.mend === "failed" ? { ...mend, problem: problemDocument(mend.problem) } : mend }),
        ...(because === undefined ? {} : { because: problemDocument(because) }),
      })),
    converged: items.filter(({ status }) => status === "converged").length,
    ...(unmanaged === undefined ? {} : { unmanaged }),
    ...(healing === undefined ? {} : { healing }),
    unreachable: unreachable.map(({ host, problem, resources }) => ({ host, resources, problem: problemDocument(problem) })),
  };
}

/** One line of `hlx apply --json`. */
export function eventRecord(event: Event): unknown {
  switch (event.event) {
    case "planned":
      return { format: 1, ms: event.ms, event: "planned", plan: planDocument(event.plan) };
    case "ended": {
      const { entry, outcome, tookMs, ...rest } = event;
      return { format: 1, ...rest, tookMs: Math.round(tookMs), action: entry.action, ...outcomeDocument(outcome) };
    }
    case "unreachable":
      return { format: 1, ...event, problem: problemDocument(event.problem) };
    default:
      return { format: 1, ...event };
  }
}

/** The last line of `hlx apply --json`. */
export function resultRecord(result: RunResult, counts: Readonly<Record<string, number>>): unknown {
  return {
    format: 1,
    event: "result",
    run: result.run,
    counts,
    checks: result.checks,
    verified: result.verified,
    interrupted: result.interrupted,
    unreachable: [...result.unreachable].map(([host, problem]) => ({ host, problem: problemDocument(problem) })),
    refused: [...result.refused].map(([host, problem]) => ({ host, problem: problemDocument(problem) })),
  };
}

/** A problem without its cause, which may hold anything. */
export function problemDocument({ code, message, at, hint, also }: Problem): unknown {
  return {
    code,
    message,
    ...(at === undefined ? {} : { at }),
    ...(hint === undefined ? {} : { hint }),
    ...(also === undefined ? {} : { also }),
  };
}

function entryDocument(entry: Entry): unknown {
  const { address, host, role, kind, id, action, changes, prune, irreversible } = entry;
  const base = {
    ...{ address, host, role, kind, id, entry: entry.entry, action, changes },
    ...(prune === undefined ? {} : { prune }),
    ...(irreversible === undefined ? {} : { irreversible }),
  };
  switch (entry.entry) {
    case "exact":
      return { ...base, steps: entry.steps.map(titleOf) };
    case "predicted":
      return { ...base, needs: entry.needs, by: entry.by };
    default:
      return { ...base, because: problemDocument(entry.because) };
  }
}

function outcomeDocument(outcome: Extract<Event, { event: "ended" }>["outcome"]): object {
  return "problem" in outcome ? { outcome: outcome.outcome, problem: problemDocument(outcome.problem) } : outcome;
}

function isBusy({ entry, action }: Entry): boolean {
  return entry === "blocked" || action !== "none";
}
