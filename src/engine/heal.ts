// Healing: what drifted, and no more, is put back by an apply like any other.
import type { DriftItem, DriftReport, Mend } from "../model/drift.ts";
import type { Outcome, RunResult } from "../model/event.ts";
import type { Risk } from "../model/kind.ts";
import type { Plan } from "../model/plan.ts";
import { type Problem, problemOf } from "../model/problem.ts";
import { isDrifted } from "../plan/drift.ts";
import { type Healing, healing } from "../plan/heal.ts";
import { type ApplyOptions, applyPlan } from "./apply.ts";
import type { Drift } from "./drift.ts";
import { planOver } from "./plan.ts";
import type { Work, World } from "./world.ts";

/** Who heals, and what it may cost beside nothing and a reload. */
export type HealOptions = Pick<ApplyOptions, "start" | "pid"> & { readonly allow: readonly Risk[] };

export interface Healed {
  readonly report: DriftReport;
  /** The run, where there was something to heal; its end is still to be written down. */
  readonly applied?: { readonly plan: Plan; readonly result: RunResult };
}

/** Mends what drifted and may be mended; the report says of each what became of it. Where somebody else applies, everything is left. */
export async function heal(
  { surveyed, compared, report }: Drift,
  around: { readonly world: World; readonly work: Work },
  options: HealOptions,
): Promise<Healed> {
  const { world } = around;
  const chosen = healing(compared, options.allow, {
    kinds: world.kinds,
    secrets: surveyed.secrets,
    key: surveyed.key,
    now: world.now(),
    stuck: new Map(),
    replace: [],
  });
  const plan = planOver(chosen.entries, surveyed, around);
  if (plan.entries.every(({ action, entry }) => action === "none" && entry === "exact")) return { report: withMends(report, chosen) };
  const found = new Map(compared.map((one) => [one.entry.address, one.found]));
  try {
    const result = await applyPlan(world, plan, { ...options, saved: false, forks: around.work.forks, found });
    return { report: withMends(report, chosen, { plan, result }), applied: { plan, result } };
  } catch (thrown) {
    const problem = problemOf(thrown);
    if (problem.code !== "locked") throw thrown;
    return { report: withMends(report, leaving(chosen, report, problem)) };
  }
}

function leaving(chosen: Healing, { items }: DriftReport, { message }: Problem): Healing {
  return { ...chosen, left: new Map([...items.map(({ address }) => [address, message] as const), ...chosen.left]) };
}

function withMends(report: DriftReport, { left }: Healing, applied?: NonNullable<Healed["applied"]>): DriftReport {
  const items = report.items.map((item): DriftItem => {
    if (!isDrifted(item)) return item;
    const because = left.get(item.address);
    return { ...item, mend: because === undefined ? mendOf(item, applied?.result) : { mend: "left", because } };
  });
  if (applied === undefined) return { ...report, items };
  const drifted = new Set(items.filter(({ mend }) => mend !== undefined).map(({ address }) => address));
  const after = [...applied.result.outcomes].flatMap(([address, { outcome }]) => (outcome === "changed" && !drifted.has(address) ? [address] : []));
  return { ...report, items, healing: { run: applied.result.run, after } };
}

function mendOf({ address, host }: DriftItem, result: RunResult | undefined): Mend {
  const outcome = result?.outcomes.get(address);
  if (result === undefined || outcome === undefined) return { mend: "left", because: whyNot(host, result) };
  return became(outcome, host, result);
}

function became(outcome: Outcome, host: string, result: RunResult): Mend {
  if ("problem" in outcome) return { mend: "failed", run: result.run, problem: outcome.problem };
  if (outcome.outcome === "skipped") return { mend: "left", because: result.refused.get(host)?.message ?? outcome.because };
  return { mend: "healed", run: result.run };
}

function whyNot(host: string, result: RunResult | undefined): string {
  return (result?.refused.get(host) ?? result?.unreachable.get(host))?.message ?? "it was not come to";
}
