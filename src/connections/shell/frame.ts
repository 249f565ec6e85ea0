// Cuts one stream of bytes at markers that nobody can guess.

/** What is awaited on a stream: everything before the marker, then the rest of the marker's line. */
export interface Awaited {
  readonly marker: Buffer;
  /** Bytes kept; what comes after is dropped, or fails the frame when `strict`. */
  readonly limit: number;
  readonly strict: boolean;
  /** Shared by the frames of one flush: bytes that may still arrive. */
  readonly budget?: { left: number };
  cut(body: Buffer, trailer: string): void;
}

/** A marker's line never grows longer than this. */
const longestTrailer = 64;

/** Feed it bytes; it calls `cut` of each awaited frame in order, `overflow` once when a limit is broken. Bytes that nobody awaits are dropped. */
export class Cutter {
  readonly #queue: Awaited[] = [];
  readonly #overflow: () => void;
  #chunks: Buffer[] = [];
  #size = 0;
  #pending: Buffer = Buffer.alloc(0);

  constructor(overflow: () => void) {
    this.#overflow = overflow;
  }

  expect(awaited: Awaited): void {
    this.#queue.push(awaited);
  }

  push(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0) {
      const [head] = this.#queue;
      if (head === undefined) return;
      rest = this.#take(head, rest);
    }
  }

  /** What arrived of the frame that is not cut yet. */
  partial(): Buffer {
    return Buffer.concat([...this.#chunks, this.#pending]);
  }

  #take(head: Awaited, chunk: Buffer): Buffer | undefined {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = Buffer.alloc(0);
    const at = bytes.indexOf(head.marker);
    if (at < 0) return this.#hold(head, bytes, Math.max(0, bytes.length - head.marker.length + 1));
    const from = at + head.marker.length;
    const end = bytes.indexOf(10, from);
    if (end < 0 && bytes.length - from <= longestTrailer) return this.#hold(head, bytes, at);
    this.#keep(head, bytes.subarray(0, at));
    this.#finish(head, bytes.toString("latin1", from, end < 0 ? from : end));
    return bytes.subarray(end < 0 ? bytes.length : end + 1);
  }

  #hold(head: Awaited, bytes: Buffer, upTo: number): undefined {
    this.#keep(head, bytes.subarray(0, upTo));
    this.#pending = bytes.subarray(upTo);
  }

  #keep(head: Awaited, bytes: Buffer): void {
    const room = head.limit - this.#size;
    const kept = bytes.subarray(0, Math.max(0, room));
    if (kept.length > 0) this.#chunks.push(kept);
    this.#size += kept.length;
    if (head.budget !== undefined) head.budget.left -= bytes.length;
    if ((head.strict && kept.length < bytes.length) || (head.budget?.left ?? 0) < 0) this.#overflow();
  }

  #finish(head: Awaited, trailer: string): void {
    const body = Buffer.concat(this.#chunks);
    [this.#chunks, this.#size] = [[], 0];
    this.#queue.shift();
    head.cut(body, trailer.trim());
  }
}
