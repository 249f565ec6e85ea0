// The checks of hosts and their roles, now: what `hlx status` asks.
import { semaphore } from "../../lib/semaphore.ts";
import { type Check, type Checked, checksFrom } from "../../model/check.ts";
import type { Host } from "../../model/host.ts";
import { type Problem, problemOf } from "../../model/problem.ts";
import type { HostSession, Work, World } from "../world.ts";
import { runChecks } from "./run.ts";

export interface HostStatus {
  readonly host: string;
  /** Those of its role calls in their order, then its own; empty when it could not be reached. */
  readonly checks: readonly Checked[];
  readonly unreachable?: Problem;
}

/** Asks every check of the chosen hosts, once or until its deadline. Hosts without checks are left out, and not connected to. */
export async function statusOf(world: World, work: Work, { wait }: { readonly wait: boolean }): Promise<readonly HostStatus[]> {
  const slots = semaphore(work.forks);
  const asked = work.hosts.flatMap((name) => askedOf(name, work));
  return Promise.all(asked.map((one) => slots.with(() => statusOn(one, world, { wait }))));
}

interface Asked {
  readonly host: Host;
  readonly parts: readonly { readonly role?: string; readonly checks: readonly Check[] }[];
}

function askedOf(name: string, { inventory, assignments, only }: Work): readonly Asked[] {
  const host = inventory.hosts.get(name);
  if (host === undefined) return [];
  const meant = assignments.filter((assignment) => assignment.host === name && (only?.(assignment) ?? true));
  const parts = [...meant.map(({ as, checks = [] }) => ({ role: as, checks })), { checks: checksFrom(host.vars["checks"]) }];
  const asked = parts.filter(({ checks }) => checks.length > 0);
  return asked.length === 0 ? [] : [{ host, parts: asked }];
}

async function statusOn({ host, parts }: Asked, world: World, { wait }: { readonly wait: boolean }): Promise<HostStatus> {
  try {
    const session = await world.sessions.of(host);
    await session.shell.check({ script: ":", args: [] }, { deadlineMs: 30_000 });
    return { host: host.name, checks: (await Promise.all(parts.map((part) => askPart(part, session, { world, host, wait })))).flat() };
  } catch (thrown) {
    return { host: host.name, checks: [], unreachable: problemOf(thrown) };
  }
}

interface Asking {
  readonly world: World;
  readonly host: Host;
  readonly wait: boolean;
}

function askPart({ role, checks }: Asked["parts"][number], session: HostSession, { world, host, wait }: Asking): Promise<readonly Checked[]> {
  return runChecks(checks, { world, host: host.name, session, ...(role === undefined ? {} : { role }), ...(wait ? {} : { once: true }) });
}
