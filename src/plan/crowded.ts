// Whether all that a plan takes of one thing fits: what each resource would take, beside those that take of it already.
import { sizeText } from "../lib/size.ts";
import type { Staying } from "../model/plan.ts";
import type { Address } from "../model/resource.ts";
import type { Taking } from "../model/taking.ts";

export interface Taker {
  readonly host: string;
  readonly address: Address;
  readonly taking: Taking;
}

/** One line for each thing of which more is taken than there is, at whoever takes the most; empty where all fits. */
export function crowded(takers: readonly Taker[]): readonly Staying[] {
  return [...Map.groupBy(takers, ({ taking }) => taking.of).values()].flatMap((all) => {
    const [largest] = all.toSorted((one, other) => other.taking.takes - one.taking.takes);
    if (largest === undefined) return [];
    const { what, unit, has } = largest.taking;
    const amounts = new Map([...all.flatMap(({ taking }) => Object.entries(taking.now)), ...all.map(({ taking }) => [taking.by, taking.takes] as const)]);
    const sum = [...amounts.values()].reduce((before, amount) => before + amount, 0);
    if (sum <= has) return [];
    const shown = (amount: number): string => (unit === "MiB" ? sizeText(amount) : String(amount));
    const because = `overcommitted with this plan: ${what}, ${shown(sum)} of ${shown(has)} by ${amounts.size}`;
    return [{ host: largest.host, address: largest.address, because, hint: "it works as long as not all of them use what they may" }];
  });
}
