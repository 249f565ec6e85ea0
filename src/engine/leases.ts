// Who may write on which host: one lock a host and run, shared by whatever of this run needs it, given back by the last one.
import type { ShellWriter } from "../model/ports/shell.ts";

export interface Lease {
  readonly writer: ShellWriter;
  /** Never throws. */
  release(): Promise<void>;
}

/** Takes the host's lock. */
export type Lock = () => Promise<ShellWriter>;

export interface Leases {
  /** A share of the lock that this run has, or one that is taken now. Throws what `lock` throws. */
  share(host: string, lock: Lock): Promise<Lease>;
  /** A lock that is taken now, once nothing of this run has it: for the host's own work. Throws what `lock` throws. */
  own(host: string, lock: Lock): Promise<Lease>;
}

interface Held {
  readonly writer: Promise<ShellWriter>;
  users: number;
  /** Resolves when the lock is given back, or was never had. */
  readonly ended: PromiseWithResolvers<void>;
}

export function makeLeases(): Leases {
  const held = new Map<string, Held>();

  async function share(host: string, lock: Lock): Promise<Lease> {
    for (let known = held.get(host); known?.users === 0; known = held.get(host)) await known.ended.promise;
    return use(host, held.get(host) ?? begin(host, lock));
  }

  async function own(host: string, lock: Lock): Promise<Lease> {
    for (let known = held.get(host); known !== undefined; known = held.get(host)) await known.ended.promise;
    return use(host, begin(host, lock));
  }

  function begin(host: string, lock: Lock): Held {
    const one: Held = { writer: lock(), users: 0, ended: Promise.withResolvers() };
    held.set(host, one);
    return one;
  }

  async function use(host: string, one: Held): Promise<Lease> {
    one.users++;
    try {
      return { writer: await one.writer, release: () => leave(host, one) };
    } catch (thrown) {
      end(host, one);
      throw thrown;
    }
  }

  async function leave(host: string, one: Held): Promise<void> {
    one.users--;
    if (one.users > 0) return;
    await (await one.writer).release();
    end(host, one);
  }

  function end(host: string, one: Held): void {
    if (held.get(host) === one) held.delete(host);
    one.ended.resolve();
  }

  return { share, own };
}
