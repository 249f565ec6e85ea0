// Is a host still the machine that was applied to? Its name and address say nothing: machine-id(5) does.
import type { Facts } from "../model/facts.ts";
import type { Recorded } from "../model/ports/state.ts";
import type { Problem } from "../model/problem.ts";
import type { World } from "./world.ts";

/** Why nothing may be done on a host: it is another machine than the one of this name that the last apply recorded. Undefined where it is the same, or where one of both has no identity. */
export async function otherMachine(host: string, { machineId }: Pick<Facts, "machineId">, world: Pick<World, "knownState">): Promise<Problem | undefined> {
  const known = lastOf((await (await world.knownState())?.recorded([host])) ?? []);
  if (machineId === "" || known === undefined || known.machineId === machineId) return undefined;
  return {
    code: "trust",
    message: `${host} is another machine than the one that was applied to: its machine-id is ${machineId}, and it was ${known.machineId} in run ${known.run} (${known.at.slice(0, 10)})`,
    hint: `if the machine was replaced on purpose, begin anew with it: hlx state forget --host ${host}`,
  };
}

type Identified = Recorded & { readonly machineId: string };

// What failed or was left out keeps the record of a run before: the newest one says which machine it was.
function lastOf(recorded: readonly Recorded[]): Identified | undefined {
  return recorded.filter((one): one is Identified => (one.machineId ?? "") !== "").toSorted((a, b) => b.run - a.run)[0];
}
