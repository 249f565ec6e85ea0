// One SSH client: from a byte stream to a login, with the host's key checked in between.
import type { Duplex } from "node:stream";
import { type Config, NodeSSH } from "node-ssh";
import type { AuthHandlerMiddleware, Client } from "ssh2";
import { algorithmsFor } from "./algorithms.ts";
import { onAbort } from "./deadline.ts";
import type { HostCheck } from "./host-check.ts";
import type { Phase } from "./problems.ts";

export interface ClientOptions {
  readonly stream: Duplex;
  readonly user: string;
  /** Not optional, by intent: ssh2 accepts every key when it is left out, and then sends the password. */
  readonly check: HostCheck;
  readonly logIn: AuthHandlerMiddleware;
  readonly signal: AbortSignal;
  log(line: string): void;
  keepaliveMs?: number | undefined;
  negotiated?: ((algorithms: Negotiated) => void) | undefined;
}

/** What both sides agreed on, as each names it. */
export interface Negotiated {
  readonly kex: string;
  readonly hostKey: string;
  readonly cipher: string;
}

/** How a client ended before it was ready. `refusal` is what the host check threw; `said` the first bytes from the server. */
export interface ClientFailure {
  readonly phase: Phase;
  readonly said: string;
  readonly refusal?: unknown;
  readonly cause?: unknown;
  /** The deadline passed while it was waited for a better moment, not for an answer. */
  readonly turnedAway?: true;
}

/** A logged in client. `lost` resolves with the reason when the connection ends, and only then. */
export interface SshClient {
  readonly ssh: NodeSSH;
  readonly client: Client;
  readonly lost: Promise<string>;
}

type Progress = { -readonly [Key in keyof ClientFailure]: ClientFailure[Key] };

/**
 * Resolves when the login is done, or with how it failed. Never rejects.
 * node-ssh connects and forwards; commands go over ssh2's own channels (exec.ts), because node-ssh collects all output in memory
 * and leaves no way to hold the other side back.
 */
export function openClient(options: ClientOptions): Promise<{ readonly opened: SshClient } | { readonly failed: ClientFailure }> {
  const progress: Progress = { phase: "banner", said: "" };
  const ssh = new NodeSSH();
  const connecting = ssh.connect(configOf(options, progress));
  // Not awaited: node-ssh gives up at the first error event, also where ssh2 goes on with the next key (an agent that will not sign).
  connecting.catch(() => undefined);
  const client = ssh.connection;
  if (client === null) return Promise.resolve({ failed: { ...progress, cause: new Error("node-ssh made no client") } });
  watch(client, options, progress);
  return new Promise((resolve) => {
    const lost = ended(client, progress);
    void lost.then(() => resolve({ failed: progress }));
    onAbort(options.signal, () => {
      resolve({ failed: progress });
      options.stream.destroy();
    });
    client.once("ready", () => {
      progress.phase = "ready";
      resolve({ opened: { ssh, client, lost } });
    });
  });
}

function configOf(options: ClientOptions, progress: Progress): Config {
  const { check } = options;
  return {
    sock: options.stream as NonNullable<Config["sock"]>,
    username: options.user,
    authHandler: options.logIn,
    hostVerifier: verifierOf(options, progress),
    algorithms: { ...algorithmsFor(check.recordedTypes), serverHostKey: [...check.offer] },
    agentForward: false,
    keepaliveInterval: options.keepaliveMs ?? 15_000,
    keepaliveCountMax: 3,
    // One deadline covers the connect (deadline.ts), and stands still while a person is asked: ssh2's own would not.
    readyTimeout: 0,
  };
}

// ssh2 takes whatever a verifier returns for an answer, also a promise: nothing but `true`, given here, may open the door.
function verifierOf({ check, stream }: ClientOptions, progress: Progress): (key: Buffer, answer: (accepted: boolean) => void) => void {
  const judged = async (key: Buffer): Promise<boolean> => {
    try {
      await check.verify(key);
      return true;
    } catch (thrown) {
      progress.refusal = thrown ?? new Error("the check of the host key failed");
      return false;
    }
  };
  return (key, answer) => {
    // The answer drives ssh2's state machine, which throws when the server is gone by now.
    void judged(Buffer.from(key))
      .then(answer)
      .catch(() => stream.destroy());
  };
}

function watch(client: Client, options: ClientOptions, progress: Progress): void {
  client.on("error", (error: Error & { level?: string }) => {
    // An agent or a key that would not sign: the next method follows.
    if (error.level === "agent" || error.level === "client-authentication") return;
    progress.cause ??= error;
    // Not left to the server, which may keep its half open; after the goodbye that ssh2 has just written.
    setImmediate(() => options.stream.destroy());
  });
  client.on("handshake", (negotiated) => {
    if (progress.phase === "ready") return;
    progress.phase = "login";
    const agreed: Negotiated = { kex: negotiated.kex, hostKey: negotiated.serverHostKey, cipher: negotiated.cs.cipher };
    options.log(`${agreed.kex}, ${agreed.hostKey}, ${agreed.cipher}`);
    options.negotiated?.(agreed);
  });
  options.stream.on("data", function first(chunk: Buffer) {
    progress.said += chunk.toString("latin1");
    if (progress.phase === "banner" && /^SSH-/m.test(progress.said)) progress.phase = "keys";
    if (progress.phase !== "banner" || progress.said.length > 4096) options.stream.off("data", first);
  });
}

function ended(client: Client, progress: Progress): Promise<string> {
  return new Promise((resolve) => {
    client.once("close", () => resolve(progress.cause instanceof Error ? progress.cause.message : "the other side closed it"));
  });
}
