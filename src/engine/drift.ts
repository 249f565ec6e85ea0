// Drift: what somebody else changed since the last apply, beside what we changed our mind about.
import type { DriftReport, Unmanaged } from "../model/drift.ts";
import type { Recorded } from "../model/ports/state.ts";
import type { Problem } from "../model/problem.ts";
import { driftOf } from "../plan/drift.ts";
import type { Compared } from "../plan/heal.ts";
import { actualKey } from "../plan/texts.ts";
import type { Ordered } from "../plan/units.ts";
import { silenceOf } from "./look.ts";
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
export async function lookForDrift(world: World, work: Work, { unmanaged = false }: DriftOptions = {}): Promise<Drift> {
  const [state, surveyed] = await Promise.all([world.state(), survey(world, work)]);
  const recorded = await state.recorded(work.hosts);
  const compared = comparedIn(surveyed, recorded, world);
  const extra = unmanaged ? { unmanaged: await unmanagedOn(surveyed, world, work) } : {};
  const items = compared.map(({ item }) => item);
  const unreachable = silentAmong(surveyed, work).map((one) => ({ ...one, resources: unseenOn(one.host, recorded, compared) }));
  return { report: { format: 1, created: world.now().toISOString(), items, ...extra, unreachable }, surveyed, compared };
}

function comparedIn(surveyed: Survey, recorded: readonly Recorded[], { kinds }: World): readonly Compared[] {
  const { entries, found: all, key, secrets } = surveyed;
  const byKey = new Map(recorded.map((one) => [actualKey(one.host, one.id), one]));
  const looked = new Set(surveyed.chosen.filter((one) => wasLookedAt(one, surveyed)).map((one) => one.key));
  return entries.flatMap((entry, index): readonly Compared[] => {
    const found = all[index];
    if (found === undefined || !looked.has(`${entry.host}/${entry.role}`)) return [];
    const seen = { entry, found, recorded: byKey.get(actualKey(entry.host, entry.id)) };
    return [{ ...seen, item: driftOf(seen, { kinds, key, secrets }) }];
  });
}

// What makes a host is seen also where the host itself does not answer.
function wasLookedAt({ assignment }: Ordered, { looks }: Survey): boolean {
  const look = looks.get(assignment.host);
  return assignment.outside === true || (look !== undefined && silenceOf(look) === undefined);
}

function silentAmong({ looks }: Survey, { hosts }: Work): readonly { readonly host: string; readonly problem: Problem }[] {
  return [...looks.values()].flatMap((look) => {
    const problem = silenceOf(look);
    return problem === undefined || !hosts.includes(look.host.name) ? [] : [{ host: look.host.name, problem }];
  });
}

async function unmanagedOn({ looks, entries }: Survey, world: World, { hosts }: Work): Promise<readonly Unmanaged[]> {
  const seen = [...looks.values()].filter((look) => look.look === "seen" && hosts.includes(look.host.name));
  const found = await Promise.all(
    seen.map(async ({ host }) => unmanagedOf(host.name, await (await world.sessions.of(host)).shell.ask(presence, ""), { entries, kinds: world.kinds })),
  );
  return found.flat();
}

function unseenOn(host: string, recorded: readonly Recorded[], compared: readonly Compared[]): number {
  const seen = new Set(compared.map(({ entry }) => actualKey(entry.host, entry.id)));
  return recorded.filter((one) => one.host === host && !seen.has(actualKey(host, one.id))).length;
}
