// The first meeting with a host that was made from outside: its maker says by which keys it is recognised, so that nobody is trusted on sight.
import type { Host } from "../model/host.ts";
import type { AnyKind, HostKeys } from "../model/kind.ts";
import { problemOf } from "../model/problem.ts";
import { covers, type Resource } from "../model/resource.ts";
import { hostCapability } from "./outside.ts";
import { readersOf } from "./sessions.ts";
import type { World } from "./world.ts";

/** Who can introduce a host. */
export interface Introducer {
  readonly kind: AnyKind;
  readonly desired: unknown;
  /** It was made just now: what was written down under its name is of another machine. */
  readonly anew: boolean;
}

/** The first of these resources that makes the host and can say by which keys it is recognised. */
export function introducerOf(host: string, resources: readonly Pick<Resource, "kind" | "desired" | "provides">[], { kinds }: Pick<World, "kinds">) {
  const makers = resources.filter(({ provides }) => provides.some((capability) => covers(capability, hostCapability(host))));
  return makers.flatMap(({ kind: name, desired }): readonly Omit<Introducer, "anew">[] => {
    const kind = kinds.get(name);
    return kind?.hostKeys === undefined ? [] : [{ kind, desired }];
  })[0];
}

/** Writes down the keys of a host that nobody knows yet, or that is new. What it waits for where they cannot be had yet; never throws. */
export async function introduce(host: Host, introducer: Introducer | undefined, world: World): Promise<string | undefined> {
  if (introducer === undefined || (!introducer.anew && (await world.sessions.knows(host)))) return undefined;
  const told = await keysFrom(host, introducer, world);
  if (told.known === "not yet") return told.waitsFor;
  if (told.known === "never") {
    world.emit({ event: "notice", host: host.name, message: `its host key is not known beforehand: ${told.because}` });
    return undefined;
  }
  if (await world.sessions.learn(host, told.keys, { replacing: introducer.anew }))
    world.emit({ event: "notice", host: host.name, message: "its host key was learnt from what made it" });
  return undefined;
}

async function keysFrom(host: Host, { kind, desired }: Introducer, world: World): Promise<HostKeys> {
  try {
    const outside = world.sessions.outside(host);
    return (await kind.hostKeys?.(desired, readersOf(outside, kind.via))) ?? { known: "never", because: "nobody can tell" };
  } catch (thrown) {
    return { known: "never", because: problemOf(thrown).message };
  }
}
