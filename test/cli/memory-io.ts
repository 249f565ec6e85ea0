// An Io in memory: what was written, what is typed, a clock that stands still.
import { Readable } from "node:stream";
import type { Io } from "../../src/cli/io.ts";

export interface MemoryIo {
  readonly io: Io;
  readonly stop: AbortController;
  out(): string;
  err(): string;
}

export function memoryIo(
  options: { readonly cwd?: string; readonly typed?: string; readonly tty?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): MemoryIo {
  const written: { out: string; err: string } = { out: "", err: "" };
  const stop = new AbortController();
  const tty = options.tty ?? false;
  const io: Io = {
    out: { write: (text) => (written.out += text), isTTY: tty, columns: 100 },
    err: { write: (text) => (written.err += text), isTTY: tty, columns: 100 },
    in: Object.assign(Readable.from(options.typed === undefined ? [] : [options.typed]), { isTTY: options.typed !== undefined }),
    env: options.env ?? { NO_COLOR: "1" },
    cwd: options.cwd ?? "/lab",
    home: "/home/me",
    user: "me",
    hostname: "here",
    pid: 42,
    now: () => new Date("2026-11-21T12:00:00Z"),
    monotonicMs: () => 0,
    randomHex: (bytes) => "ab".repeat(bytes),
    stop: stop.signal,
  };
  return { io, stop, out: () => written.out, err: () => written.err };
}
