// Drift: what somebody else changed since the last apply, beside what we changed our mind about.
import type { DriftReport } from "../model/drift.ts";
import type { Recorded } from "../model/ports/state.ts";
import { driftOf } from "../plan/drift.ts";
import { actualKey } from "../plan/texts.ts";
import { survey } from "./survey.ts";
import type { Work, World } from "./world.ts";

/** Compares recorded, actual and desired of every resource of the chosen hosts. Changes nothing. */
export async function findDrift(world: World, work: Work): Promise<DriftReport> {
  const [state, surveyed] = await Promise.all([world.state(), survey(world, work)]);
  const recorded = await state.recorded(work.hosts);
  const byKey = new Map(recorded.map((one) => [actualKey(one.host, one.id), one]));
  const chosen = new Set(surveyed.chosen.map(({ key }) => key));
  const items = surveyed.entries.flatMap((entry, index) => {
    const found = surveyed.found[index];
    if (found === undefined || !chosen.has(`${entry.host}/${entry.role}`)) return [];
    return [
      driftOf({ entry, found, recorded: byKey.get(actualKey(entry.host, entry.id)) }, { kinds: world.kinds, key: surveyed.key, secrets: surveyed.secrets }),
    ];
  });
  const unreachable = [...surveyed.looks.values()].flatMap((look) =>
    look.look === "unreachable" && work.hosts.includes(look.host.name)
      ? [{ host: look.host.name, problem: look.problem, resources: countOf(recorded, look.host.name) }]
      : [],
  );
  return { format: 1, created: world.now().toISOString(), items, unreachable };
}

function countOf(recorded: readonly Recorded[], host: string): number {
  return recorded.filter((one) => one.host === host).length;
}
