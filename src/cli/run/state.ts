// Commands that only need what was recorded: no host is connected to.
import { resolve } from "node:path";
import type { State } from "../../model/ports/state.ts";
import type { Context } from "../command.ts";
import { hostsOf, readProject } from "./project.ts";
import { openState } from "./world.ts";

/** Opens the state of the inventory, with the chosen hosts' names, and closes it afterwards. */
export async function withState<Result>(context: Context, use: (state: State, hosts: readonly string[]) => Promise<Result>): Promise<Result> {
  const { inventory } = await readProject(withoutSubject(context));
  const state = await openState(resolve(inventory.folder), context.io);
  try {
    const names = hostsOf(inventory, context).map(({ name }) => name);
    // Nobody asks a source here: whoever is remembered may be one of its hosts.
    const more = inventory.sources === undefined || context.given.text("limit") !== undefined ? [] : await state.hosts();
    return await use(state, [...new Set([...names, ...more])]);
  } finally {
    await state.close();
  }
}

// `hlx show 17` and `hlx state list`: their words are no inventory; -i names one.
function withoutSubject(context: Context): Context {
  return context.words[0] === "history" ? context : { ...context, given: { ...context.given, args: [] } };
}
