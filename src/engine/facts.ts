// Facts of hosts, and one command on many: what `hlx facts`, `ping` and `exec` ask for.
import { semaphore } from "../lib/semaphore.ts";
import type { Facts } from "../model/facts.ts";
import type { Host } from "../model/host.ts";
import type { CheckResult } from "../model/ports/shell.ts";
import { type Problem, problemOf } from "../model/problem.ts";
import { reach } from "./look.ts";
import type { World } from "./world.ts";

export type Answer<Value> = { readonly host: string; readonly tookMs: number } & ({ readonly value: Value } | { readonly problem: Problem });

/** The facts of each host, in the order given; a host that cannot be reached answers with its problem. */
export function factsOf(world: World, hosts: readonly Host[], forks: number): Promise<readonly Answer<Facts>[]> {
  return onEach(hosts, { forks, world }, async (host) => {
    const reached = await reach(host, world);
    return reached.look === "reached" ? { value: reached.facts } : { problem: reached.problem };
  });
}

/** Runs a command (argv, not shell text) on each host as root; its process group is killed at the deadline. */
export function execOn(
  world: World,
  hosts: readonly Host[],
  how: { readonly argv: readonly string[]; readonly forks: number; readonly deadlineMs: number },
): Promise<readonly Answer<CheckResult>[]> {
  return onEach(hosts, { forks: how.forks, world }, async (host) => {
    const session = await world.sessions.of(host);
    return { value: await session.shell.check({ script: 'exec "$@"', args: how.argv }, { deadlineMs: how.deadlineMs }) };
  });
}

type Asked<Value> = { readonly value: Value } | { readonly problem: Problem };

function onEach<Value>(
  hosts: readonly Host[],
  { forks, world }: { readonly forks: number; readonly world: World },
  ask: (host: Host) => Promise<Asked<Value>>,
): Promise<readonly Answer<Value>[]> {
  const slots = semaphore(forks);
  return Promise.all(
    hosts.map((host) =>
      slots.with(async () => {
        const since = world.monotonicMs();
        const answer = await ask(host).catch((thrown: unknown) => ({ problem: problemOf(thrown) }));
        return { host: host.name, tookMs: Math.round(world.monotonicMs() - since), ...answer };
      }),
    ),
  );
}
