// What a role sees of hosts before it declares: whom it cannot ask is left out, and stops nothing.
import { ProblemError } from "../model/problem.ts";
import type { Look } from "../model/role.ts";
import type { Work, World } from "./world.ts";

/** What each look printed, by name. */
export async function seenBy(
  looks: Readonly<Record<string, Look>>,
  on: { readonly world: World; readonly work: Work },
): Promise<Readonly<Record<string, string>>> {
  const asked = await Promise.all(Object.entries(looks).map(async ([name, look]) => [name, await printedBy(look, on)] as const));
  return Object.fromEntries(asked.flatMap(([name, printed]) => (printed === undefined ? [] : [[name, printed]])));
}

// A host whose key nobody wrote down yet is introduced by its own work, not on the way to another one.
async function printedBy({ host: name, script }: Look, { world, work }: { readonly world: World; readonly work: Work }): Promise<string | undefined> {
  const host = work.inventory.hosts.get(name);
  if (host === undefined || !(await world.sessions.knows(host))) return undefined;
  try {
    const { shell } = await world.sessions.of(host);
    return (await shell.check({ script, args: [] }, { deadlineMs: 30_000 })).stdout;
  } catch (thrown) {
    if (thrown instanceof ProblemError) return undefined;
    throw thrown;
  }
}
