// Byte streams to services of a host: forwarded by the transport, else relayed by a program on a channel of its own.
import { Duplex } from "node:stream";
import type { DialTarget } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Script } from "../../model/step.ts";
import type { Channel } from "../channel.ts";
import type { Link } from "./link.ts";
import { relay, relayPort } from "./scripts/relay.ts";

/** What a relay may say before it relays: banners of a noisy login are already behind. */
const noiseLimit = 8192;

/** Opens a stream to the target; see Session.dial. */
export async function dial(link: Link, to: DialTarget): Promise<Duplex> {
  return (await link.forward("port" in to ? { port: to.port } : { socket: to.socket })) ?? (await relayed(link, to));
}

async function relayed(link: Link, to: DialTarget): Promise<Duplex> {
  const marker = link.options.randomHex(16);
  const channel = await link.hand(scriptOf(to, marker));
  const said = collect(channel);
  const started = await Promise.race([afterMarker(channel, marker), channel.ended.then(() => undefined)]);
  if (started !== undefined) return streamOf(channel, started);
  const { status, because } = await channel.ended;
  const why = said() === "" ? (because ?? `the relay ended with status ${status}`) : said();
  throw new ProblemError({
    code: status === 127 ? "missing" : "unreachable",
    message: `reaching ${nameOf(to)} on ${link.options.host}: ${why}`,
    ...("port" in to ? { hint: "does the service run, and listen on 127.0.0.1?" } : {}),
  });
}

function scriptOf(to: DialTarget, marker: string): Script {
  return "port" in to ? { script: relayPort, args: [marker, String(to.port)] } : { script: relay, args: [marker, ...to.relay] };
}

function nameOf(to: DialTarget): string {
  return "port" in to ? `port ${to.port}` : to.socket;
}

function collect({ stderr }: Channel): () => string {
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-400);
  });
  return () => said.trim();
}

/** What came behind the marker's line so far; never resolves when the marker does not come. */
function afterMarker({ stdout }: Channel, marker: string): Promise<Buffer> {
  const wanted = Buffer.from(`\n${marker}\n`);
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    stdout.on("data", function listen(chunk: Buffer) {
      seen = Buffer.concat([seen, chunk]);
      const at = seen.indexOf(wanted);
      if (at < 0) {
        seen = seen.subarray(-noiseLimit);
        return;
      }
      stdout.off("data", listen);
      stdout.pause();
      resolve(seen.subarray(at + wanted.length));
    });
  });
}

/** The channel as a stream. A write to a relay that has ended is no error of its own: the stream ends. */
function streamOf(channel: Channel, first: Buffer): Duplex {
  const { stdin, stdout } = channel;
  const stream = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk, _, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(done),
    destroy: (error, done) => {
      channel.close();
      done(error);
    },
  });
  stdin.on("error", () => undefined);
  if (first.length > 0) stream.push(first);
  stdout.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) stdout.pause();
  });
  void channel.ended.then(() => stream.push(null));
  return stream;
}
