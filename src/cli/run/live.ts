// Asks the sources that an inventory names: all at once, each once a run.
import { listGuests } from "../../connections/proxmox/list.ts";
import { type Answers, liveOf } from "../../inventory/live.ts";
import type { Inventory } from "../../model/host.ts";
import type { GuestListed, Live, LiveSource } from "../../model/live.ts";
import type { EndpointRun } from "../../model/ports/endpoint.ts";
import { type Problem, ProblemError, problemOf, refuseAll } from "../../model/problem.ts";
import { proxmoxClusterOf } from "../../model/proxmox-cluster.ts";
import { unlessInterrupted } from "../ask.ts";
import type { Context } from "../command.ts";
import { secretsOf } from "./secrets.ts";
import { makeEars } from "./session.ts";
import { openWorld } from "./world.ts";

/** What they add to the inventory. Throws ProblemError at the source that did not answer: without it nobody knows which hosts there are. */
export async function askSources(inventory: Inventory, sources: readonly LiveSource[], context: Context): Promise<Live> {
  const { io } = context;
  const { world, close } = await openWorld(context, { ...secretsOf(inventory), emit: makeEars(io.monotonicMs).emit });
  try {
    const secret = async (name: string): Promise<string> => (await world.secrets.resolve([name])).get(name) ?? "";
    const asking = Promise.all(sources.map((source) => askOne(source, { inventory, run: { connect: world.connect, secret }, monotonicMs: io.monotonicMs })));
    return liveOf(inventory, answersOf(sources, await unlessInterrupted(asking, io.stop)));
  } finally {
    await close();
  }
}

interface Asking {
  readonly inventory: Inventory;
  readonly run: EndpointRun;
  monotonicMs(): number;
}

type Answer = { readonly guests: readonly GuestListed[] } | { readonly problem: Problem };

async function askOne(source: LiveSource, { inventory, run, monotonicMs }: Asking): Promise<Answer> {
  try {
    return { guests: await listGuests(proxmoxClusterOf(source.proxmox, inventory), run, { monotonicMs }) };
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    const problem = problemOf(thrown);
    return { problem: { ...problem, message: `asking ${source.proxmox} for its guests: ${problem.message}`, at: source.at } };
  }
}

function answersOf(sources: readonly LiveSource[], answers: readonly Answer[]): Answers {
  refuseAll(answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : [])));
  return new Map(answers.flatMap((answer, index) => ("guests" in answer && sources[index] !== undefined ? [[sources[index], answer.guests] as const] : [])));
}
