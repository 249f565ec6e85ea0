// Trusting a host: which keys it shows, and writing them down.
import type { AnyAuthMethod } from "ssh2";
import { ProblemError } from "../../model/problem.ts";
import { hostKeyTypes, signatures } from "./algorithms.ts";
import { type ClientFailure, openClient, type SshClient } from "./client.ts";
import { startDeadline } from "./deadline.ts";
import { type Connecting, closeHops, connectJump, reach, type SshOptions, streamTo } from "./hops.ts";
import { fingerprint, keyType } from "./host-key.ts";
import { knownHostsLine } from "./known-hosts.ts";
import { connectFailed, timedOut } from "./problems.ts";
import { identityOf, type SshTarget, timeLimit } from "./target.ts";

export { remember, remove, replace } from "./known-hosts-file.ts";

export interface ShownKey {
  readonly type: string;
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** For known_hosts. */
  readonly line: string;
}

/**
 * The keys that the host shows, one of each type it has: one connection a type, which ends before anything is logged in.
 * A jump host on the way is checked and logged in to. Throws ProblemError when no key was shown.
 */
export async function scanHostKeys(target: SshTarget, options: SshOptions): Promise<readonly ShownKey[]> {
  const connectTimeoutMs = timeLimit(target, options.connectTimeoutMs);
  const deadline = startDeadline(connectTimeoutMs);
  const connecting = { ...options, connectTimeoutMs, deadline };
  let before: readonly SshClient[] = [];
  try {
    before = await connectJump(target, connecting);
    return await scan(target, connecting, before);
  } finally {
    closeHops(before);
    deadline.done();
  }
}

async function scan(target: SshTarget, connecting: Connecting, before: readonly SshClient[]): Promise<readonly ShownKey[]> {
  const keys: Buffer[] = [];
  let failed: ClientFailure | undefined;
  for (const type of hostKeyTypes) {
    const stream = await reach(target, connecting, streamTo(target, connecting, before));
    const seen = await keyOf(target, { connecting, stream, type });
    if (Buffer.isBuffer(seen)) keys.push(seen);
    else failed ??= seen;
    if (connecting.deadline.signal.aborted) break;
  }
  if (keys.length > 0) return keys.map((key) => shownKey(target, key));
  throw new ProblemError(problemOf(target, connecting, failed));
}

interface Scanning {
  readonly connecting: Connecting;
  readonly stream: Awaited<ReturnType<typeof reach>>;
  readonly type: (typeof hostKeyTypes)[number];
}

// The check refuses every key, so that the server never gets as far as a login.
async function keyOf(target: SshTarget, { connecting, stream, type }: Scanning): Promise<Buffer | ClientFailure> {
  let seen: Buffer | undefined;
  const result = await openClient({
    stream,
    user: target.user,
    check: {
      recordedTypes: [],
      offer: signatures(type),
      async verify(key) {
        seen = key;
        throw new Error("seen");
      },
    },
    logIn: (_left, _partial, next) => (next as (method: AnyAuthMethod | false) => void)(false),
    signal: connecting.deadline.signal,
    log: () => undefined,
  });
  if (seen !== undefined) return seen;
  if ("failed" in result) return result.failed;
  result.opened.client.destroy();
  return { phase: "ready", said: "" };
}

function shownKey(target: SshTarget, key: Buffer): ShownKey {
  return { type: keyType(key) ?? "unknown", fingerprint: fingerprint(key), line: knownHostsLine(identityOf(target), key) };
}

function problemOf(target: SshTarget, { deadline, connectTimeoutMs }: Connecting, failed: ClientFailure | undefined): ReturnType<typeof timedOut> {
  const failure = failed ?? { phase: "keys" as const, said: "" };
  if (deadline.signal.aborted) return timedOut(target, connectTimeoutMs, failure.phase);
  return connectFailed(target, { ...failure, tried: [], offered: [], agent: "", skipped: [] });
}
