// What makes hosts from outside, looked at once a survey, whoever asks.
import { kept } from "../lib/kept.ts";
import type { Host } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import type { Assignment } from "../model/role.ts";
import { makeLooks } from "./looks.ts";
import { type FromOutside, lookFromOutside } from "./outside.ts";
import type { Work, World } from "./world.ts";

export interface Makers {
  /** What these role calls make of the host. Throws as `lookFromOutside` does. */
  of(host: Host, outside: readonly Assignment[]): Promise<FromOutside>;
  /** Somebody makes this host of the inventory, and says that it is not there. */
  isAbsent(host: string): Promise<boolean>;
}

export function makersOf(on: { readonly world: World; readonly work: Work }): Makers {
  const looked = new Map<string, Promise<FromOutside>>();
  // Who makes hosts cannot ask what made them: two of them would wait for each other.
  const looks = makeLooks(on);

  function of(host: Host, outside: readonly Assignment[]): Promise<FromOutside> {
    const key = [host.name, ...outside.map(({ as }) => as)].join(" ");
    return kept(looked, key, () => lookFromOutside(host, outside, { ...on, looks }));
  }

  async function isAbsent(name: string): Promise<boolean> {
    const host = on.work.inventory.hosts.get(name);
    const outside = on.work.assignments.filter((one) => one.host === name && one.outside === true);
    if (host === undefined || outside.length === 0) return false;
    try {
      return (await of(host, outside)).host === "absent";
    } catch (thrown) {
      // What is wrong there is told where that host is planned.
      if (thrown instanceof ProblemError) return false;
      throw thrown;
    }
  }

  return { of, isAbsent };
}
