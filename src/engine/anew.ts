// What is to be made anew (`--replace`): what it would be made from is asked while the old one is still there.

import { addressOf } from "../model/resource.ts";
import type { Looked } from "../plan/assemble.ts";
import { matchesAny } from "../plan/target.ts";
import { probeAnew } from "./probe.ts";
import type { Work, World } from "./world.ts";

/** The same, with what a probe would find of those that are to be made anew were they not there. */
export async function askedAnew(looked: readonly Looked[], { world, work }: { readonly world: World; readonly work: Work }): Promise<readonly Looked[]> {
  const globs = work.targets?.replace ?? [];
  const isMeant = ({ host, role, resource, found }: Looked): boolean =>
    found.found === "present" && world.kinds.get(resource.kind)?.anew !== undefined && matchesAny(addressOf(host, role, resource.id), globs);
  return globs.length === 0 ? looked : Promise.all(looked.map(async (one) => (isMeant(one) ? { ...one, anew: await ask(one, { world, work }) } : one)));
}

async function ask({ host: name, resource }: Looked, { world, work }: { readonly world: World; readonly work: Work }): Promise<Looked["found"]> {
  const host = work.inventory.hosts.get(name);
  const outside = world.kinds.get(resource.kind)?.outside !== undefined;
  if (host === undefined) return { found: "absent" };
  return probeAnew(resource, { world, session: outside ? world.sessions.outside(host) : await world.sessions.of(host) });
}
