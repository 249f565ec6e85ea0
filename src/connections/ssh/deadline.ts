// One deadline for all of a connect, which stands still while a person is being asked.

/** `signal` aborts when the time is up. `asking` runs a question without using time up. `done` stops the clock. */
export interface Deadline {
  readonly signal: AbortSignal;
  asking<Answer>(question: () => Promise<Answer>): Promise<Answer>;
  done(): void;
}

/** Starts the clock, in milliseconds. */
export function startDeadline(milliseconds: number): Deadline {
  const controller = new AbortController();
  let left = milliseconds;
  let since = performance.now();
  let timer = setTimeout(expire, left);
  let asked = 0;

  function expire(): void {
    controller.abort();
  }
  function pause(): void {
    if (asked++ > 0) return;
    clearTimeout(timer);
    left -= performance.now() - since;
  }
  function resume(): void {
    if (--asked > 0) return;
    since = performance.now();
    timer = setTimeout(expire, Math.max(0, left));
  }
  return {
    signal: controller.signal,
    async asking(question) {
      pause();
      try {
        return await question();
      } finally {
        resume();
      }
    },
    done() {
      clearTimeout(timer);
      asked += 1;
    },
  };
}

/** Runs the work when the signal aborts; at once when it already has. */
export function onAbort(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work();
  else signal.addEventListener("abort", work, { once: true });
}
