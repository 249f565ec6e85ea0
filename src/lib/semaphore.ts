// How many may do something at once.

/** Slots that are taken and given back; who waits longest goes first. */
export interface Semaphore {
  /** Runs the work with a slot held. */
  with<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Takes a slot; the function that is returned gives it back (calling it twice is harmless). */
  take(): Promise<() => void>;
}

export function semaphore(slots: number): Semaphore {
  let free = slots;
  const waiting: (() => void)[] = [];

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }

  async function take(): Promise<() => void> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let held = true;
    return () => {
      if (held) giveBack();
      held = false;
    };
  }

  async function withSlot<Result>(work: () => Promise<Result>): Promise<Result> {
    const release = await take();
    try {
      return await work();
    } finally {
      release();
    }
  }

  return { with: withSlot, take };
}
