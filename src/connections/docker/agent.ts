// HTTP over byte streams that somebody else opens: node's agent keeps and reuses them.
import { Agent } from "node:http";
import type { Duplex } from "node:stream";

/** An agent whose sockets are these streams, kept alive between requests. */
export function streamAgent(open: () => Promise<Duplex>, atOnce: number): Agent {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: atOnce });
  // Node takes a socket later by its callback; returning nothing says so.
  agent.createConnection = ((_: unknown, done: (error: Error | null, stream?: Duplex) => void) => {
    open().then(
      (stream) => done(null, likeSocket(stream)),
      (error: Error) => done(error),
    );
  }) as unknown as Agent["createConnection"];
  return agent;
}

// What node's HTTP asks of a socket and a plain stream does not have.
function likeSocket(stream: Duplex): Duplex {
  const gone = () => {
    // ssh2's channels put an end in the place of destroy: one of a connection that was cut would count as free, and swallow the next request.
    Object.defineProperty(stream, "destroyed", { value: true, configurable: true });
    stream.end();
  };
  stream.once("close", gone);
  // The engine was restarted: a stream that is still open towards it leads nowhere.
  stream.once("end", () => setImmediate(gone));
  const quiet = (): Duplex => stream;
  for (const name of ["setKeepAlive", "setNoDelay", "setTimeout", "ref", "unref"]) {
    if (typeof (stream as unknown as Record<string, unknown>)[name] !== "function") Object.assign(stream, { [name]: quiet });
  }
  return stream;
}
