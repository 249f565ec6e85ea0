// Checks as a part of an apply: run, written down, remembered for the result.
import type { Check } from "../../model/check.ts";
import type { JournalRecord } from "../../model/ports/state.ts";
import type { HostRun } from "../host-run.ts";
import { runChecks } from "./run.ts";

/** True when all of them are good, or there are none; `role` is the role call they stand beside. */
export async function checkAll(checks: readonly Check[], on: HostRun, role?: string): Promise<boolean> {
  if (checks.length === 0 || on.world.stop.aborted) return true;
  const address = role === undefined ? on.host : `${on.host}/${role}`;
  const twice = [...on.outcomes].some(([one, { outcome }]) => outcome === "changed" && one.startsWith(`${address}/`));
  const ended = await runChecks(checks, { world: on.world, host: on.host, session: on.session, twice, ...(role === undefined ? {} : { role }) });
  on.checks.push(...ended);
  await on.state.journal(
    on.run,
    ended.map(({ check, because }): JournalRecord => {
      return { record: "check", address, check, good: because === undefined, ...(because === undefined ? {} : { detail: because }) };
    }),
  );
  return ended.every(({ because }) => because === undefined);
}
