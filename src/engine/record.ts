// Writing down what the last look found, so that drift has something to compare with.
import type { AnyKind, Found } from "../model/kind.ts";
import type { Entry, Plan } from "../model/plan.ts";
import type { Recorded } from "../model/ports/state.ts";
import { actualAsRecorded } from "../plan/drift.ts";
import { hashOfDesired, isSealed } from "../plan/seal.ts";
import type { Run } from "./host-run.ts";
import { settleMade } from "./made.ts";

/** Records every resource that is as desired now. What failed keeps the record of the run before. */
export async function recordAll(plan: Plan, run: Run): Promise<void> {
  const at = run.world.now().toISOString();
  const machineIds = new Map(plan.hosts.map(({ host, machineId }) => [host, run.machines.get(host) ?? machineId]));
  const live = new Set(plan.hosts.flatMap(({ host, live: is }) => (is === true ? [host] : [])));
  const recorded = plan.entries.flatMap((entry): readonly Recorded[] => {
    const found = run.found.get(entry.address);
    const outcome = run.outcomes.get(entry.address)?.outcome;
    if (found === undefined || entry.prune !== undefined || (outcome !== "ok" && outcome !== "changed")) return [];
    const machineId = machineIds.get(entry.host);
    const more = { ...(machineId === undefined ? {} : { machineId }), ...(live.has(entry.host) ? { live: true as const } : {}) };
    return [{ ...recordOf(entry, { found, at, run: run.run, key: run.key, kinds: run.world.kinds }), ...more }];
  });
  if (recorded.length > 0) await run.state.record(recorded);
  await settleMade(plan, run);
  await letGo(plan, run);
}

interface Seen {
  readonly found: Found<unknown>;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: number;
  readonly key: Uint8Array;
  readonly kinds: ReadonlyMap<string, AnyKind>;
}

/** What is remembered of a resource that is as desired. */
export function recordOf({ host, id, address, kind, desired }: Entry, { found, at, run, key, kinds }: Seen): Recorded {
  const sealed = isSealed(desired, kinds.get(kind));
  const [wanted, actual] = [hashOfDesired(desired, key), actualAsRecorded(found, sealed, key)];
  return { host, id, address, kind, run, at, desired: wanted, actual, sealed, wanted: desired };
}

// Forgotten where all of the host is as desired; where something failed, the next run sees it again.
async function letGo({ letGo = [], entries, hosts }: Plan, { state, outcomes }: Run): Promise<void> {
  const bad = new Set([
    ...entries.filter(({ address }) => !["ok", "changed"].includes(outcomes.get(address)?.outcome ?? "")).map(({ host }) => host),
    ...hosts.flatMap(({ host, unreachable }) => (unreachable === undefined ? [] : [host])),
  ]);
  const keys = letGo.filter(({ host }) => !bad.has(host));
  const unmade = new Set(entries.flatMap(({ prune, host }) => (prune === "unmakes" ? [host] : [])));
  const known = keys.filter(({ host }) => !unmade.has(host));
  const lost = keys.filter(({ host }) => unmade.has(host));
  if (known.length > 0) await state.forget(known);
  if (lost.length > 0) await state.forget(lost, { made: true });
}
