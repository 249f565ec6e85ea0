// Whose turn it is: requirements between units, slots of serial plays, hosts at once.
import { kept } from "../lib/kept.ts";
import { type Semaphore, semaphore } from "../lib/semaphore.ts";
import type { Unit } from "../model/plan.ts";

export interface Turns {
  /** Waits for the unit's turn, then does it; `because` says why it must be skipped instead. */
  take(unit: Unit, work: (because: string | undefined) => Promise<boolean>): Promise<void>;
  /** A unit that has nothing to do. */
  done(key: string): void;
  /** A unit that will never run. */
  failed(key: string): void;
  /** The host has nothing more to do: its serial slots are free. */
  leave(host: string): void;
}

/** `units` are all units of the plan; a requirement outside of it counts as fulfilled. */
export function makeTurns(units: readonly Unit[], forks: number): Turns {
  const ended = new Map(units.map(({ key }) => [key, deferred()]));
  const hosts = semaphore(forks);
  const plays = new Map<number, Semaphore>();
  const held = new Map<string, { readonly play: number; readonly release: () => void }>();

  async function take(unit: Unit, work: (because: string | undefined) => Promise<boolean>): Promise<void> {
    const waiting = unit.after.filter((key) => ended.get(key)?.settled() === false);
    if (waiting.length > 0) leave(unit.host); // a slot is not held while waiting for others, or two hosts could wait for each other
    let good = false;
    try {
      const failed = await firstFailed(unit.after);
      await slotFor(unit);
      good = await hosts.with(() => work(failed === undefined ? undefined : `${failed} did not end as desired`));
    } finally {
      ended.get(unit.key)?.settle(good);
    }
  }

  async function firstFailed(keys: readonly string[]): Promise<string | undefined> {
    const good = await Promise.all(keys.map((key) => ended.get(key)?.promise ?? true));
    return keys.find((_, index) => good[index] === false);
  }

  async function slotFor({ host, serial }: Unit): Promise<void> {
    if (serial === undefined || held.get(host)?.play === serial.play) return;
    leave(host);
    const slots = kept(plays, serial.play, () => semaphore(serial.slots));
    held.set(host, { play: serial.play, release: await slots.take() });
  }

  function leave(host: string): void {
    held.get(host)?.release();
    held.delete(host);
  }

  return { take, leave, done: (key) => ended.get(key)?.settle(true), failed: (key) => ended.get(key)?.settle(false) };
}

interface Deferred {
  readonly promise: Promise<boolean>;
  settle(value: boolean): void;
  settled(): boolean;
}

function deferred(): Deferred {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let done = false;
  const settle = (value: boolean): void => {
    done = true;
    resolve(value);
  };
  return { promise, settle, settled: () => done };
}
