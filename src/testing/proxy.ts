// A TCP proxy for tests: counts serial turns and bytes, adds delay, and cuts or freezes connections.
import { createServer, connect as dial, type Server, type Socket } from "node:net";

export interface ProxyOptions {
  readonly to: { readonly host?: string; readonly port: number };
  /** Added to each direction, in milliseconds: half of a round trip. Default 0. */
  readonly delayMs?: number;
}

export interface CountingProxy {
  readonly port: number;
  /** Serial round trips: how often the direction turned from the server's to the client's, plus half for a last client's word unanswered. */
  turns(): number;
  bytesUp(): number;
  bytesDown(): number;
  /** Forgets what was counted. */
  reset(): void;
  /** Breaks every connection with a reset; new ones are taken. */
  cut(): void;
  /** From now on nothing passes and nothing is closed: a network that drops packets. */
  freeze(): void;
  /** The same for the connections of now, for good; new ones are taken and pass: a router that forgot them. */
  silence(): void;
  close(): Promise<void>;
}

export type { CountingProxy as Proxy };

type Direction = "up" | "down";

interface Wire {
  readonly pairs: Set<readonly [client: Socket, server: Socket]>;
  readonly bytes: Record<Direction, number>;
  changes: number;
  last: Direction | undefined;
  frozen: boolean;
  readonly silent: WeakSet<Socket>;
}

/** Listens on a free port of 127.0.0.1 and forwards every connection. */
export async function startProxy({ to, delayMs = 0 }: ProxyOptions): Promise<CountingProxy> {
  const wire: Wire = { pairs: new Set(), bytes: { up: 0, down: 0 }, changes: 0, last: undefined, frozen: false, silent: new WeakSet() };
  const server = createServer((client) => join(wire, client, { to, delayMs }));
  const port = await listening(server);
  return {
    port,
    turns: () => wire.changes / 2,
    bytesUp: () => wire.bytes.up,
    bytesDown: () => wire.bytes.down,
    reset: () => Object.assign(wire, { bytes: { up: 0, down: 0 }, changes: 0, last: undefined }),
    cut: () => [...wire.pairs].flat().forEach((socket) => void socket.resetAndDestroy()),
    freeze() {
      wire.frozen = true;
    },
    silence: () => [...wire.pairs].flat().forEach((socket) => void wire.silent.add(socket)),
    close() {
      for (const socket of [...wire.pairs].flat()) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function join(wire: Wire, client: Socket, { to, delayMs }: Required<ProxyOptions>): void {
  const server = dial({ host: to.host ?? "127.0.0.1", port: to.port, noDelay: true });
  client.setNoDelay(true);
  const pair = [client, server] as const;
  wire.pairs.add(pair);
  pipe(wire, { direction: "up", from: client, to: server, delayMs });
  pipe(wire, { direction: "down", from: server, to: client, delayMs });
  for (const socket of pair) {
    socket.on("error", () => undefined);
    socket.on("close", () => wire.pairs.delete(pair));
  }
}

interface Pipe {
  readonly direction: Direction;
  readonly from: Socket;
  readonly to: Socket;
  readonly delayMs: number;
}

function pipe(wire: Wire, { direction, from, to, delayMs }: Pipe): void {
  const later = (work: () => void) => {
    if (delayMs === 0) work();
    else setTimeout(work, delayMs);
  };
  const isStill = (): boolean => wire.frozen || wire.silent.has(from);
  from.on("data", (chunk: Buffer) => {
    if (isStill()) return;
    count(wire, direction, chunk.length);
    later(() => void (to.writable && !isStill() && to.write(chunk)));
  });
  from.on("end", () => later(() => void (isStill() || to.end())));
  from.on("close", (broken) => later(() => void (isStill() || (broken ? to.resetAndDestroy() : to.end()))));
}

function count(wire: Wire, direction: Direction, bytes: number): void {
  wire.bytes[direction] += bytes;
  if (wire.last !== direction) wire.changes += 1;
  wire.last = direction;
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
