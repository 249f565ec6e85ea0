// Drift: what somebody else changed since the last apply, beside what we changed our mind about.
import type { DriftReport, Unmanaged } from "../model/drift.ts";
import type { Recorded } from "../model/ports/state.ts";
import { driftOf } from "../plan/drift.ts";
import type { Compared } from "../plan/heal.ts";
import { actualKey } from "../plan/texts.ts";
import { isThere } from "./look.ts";
import { type Survey, survey } from "./survey.ts";
import { presence, unmanagedOf } from "./unmanaged.ts";
import type { Work, World } from "./world.ts";

export interface DriftOptions {
  /** Look for what is in no role, too. */
  readonly unmanaged?: boolean;
}

/** A report with what it was made from: what healing starts from. */
export interface Drift {
  readonly report: DriftReport;
  readonly surveyed: Survey;
  readonly compared: readonly Compared[];
}

/** Compares recorded, actual and desired of every resource of the chosen hosts. Changes nothing. */
export async function findDrift(world: World, work: Work, options: DriftOptions = {}): Promise<DriftReport> {
  return (await lookForDrift(world, work, options)).report;
}

/** The same, with what it was made from. */
export async function lookForDrift(world: World, work: Work, { unmanaged = false }: DriftOptions = {}): Promise<Drift> {
  const [state, surveyed] = await Promise.all([world.state(), survey(world, work)]);
  const recorded = await state.recorded(work.hosts);
  const byKey = new Map(recorded.map((one) => [actualKey(one.host, one.id), one]));
  const chosen = new Set(surveyed.chosen.map(({ key }) => key));
  const compared = surveyed.entries.flatMap((entry, index): readonly Compared[] => {
    const found = surveyed.found[index];
    if (found === undefined || !chosen.has(`${entry.host}/${entry.role}`)) return [];
    const seen = { entry, found, recorded: byKey.get(actualKey(entry.host, entry.id)) };
    return [{ ...seen, item: driftOf(seen, { kinds: world.kinds, key: surveyed.key, secrets: surveyed.secrets }) }];
  });
  const unreachable = [...surveyed.looks.values()].flatMap((look) =>
    look.look === "unreachable" && work.hosts.includes(look.host.name)
      ? [{ host: look.host.name, problem: look.problem, resources: countOf(recorded, look.host.name) }]
      : [],
  );
  const extra = unmanaged ? { unmanaged: await unmanagedOn(surveyed, world, work) } : {};
  const report = { format: 1, created: world.now().toISOString(), items: compared.map(({ item }) => item), ...extra, unreachable } as const;
  return { report, surveyed, compared };
}

async function unmanagedOn({ looks, entries }: Survey, world: World, { hosts }: Work): Promise<readonly Unmanaged[]> {
  const seen = [...looks.values()].filter((look) => isThere(look) && hosts.includes(look.host.name));
  const found = await Promise.all(seen.map(async ({ host }) => unmanagedOf(host.name, await (await world.sessions.of(host)).shell.ask(presence, ""), entries)));
  return found.flat();
}

function countOf(recorded: readonly Recorded[], host: string): number {
  return recorded.filter((one) => one.host === host).length;
}
