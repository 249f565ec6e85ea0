// The way to a host: one client, or a jump host's client and one through it, each checked and logged in to on its own.
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ProblemError } from "../../model/problem.ts";
import { type Attempts, logIn } from "./auth.ts";
import { type ClientFailure, type Negotiated, openClient, type SshClient } from "./client.ts";
import { type Deadline, onAbort } from "./deadline.ts";
import { type HostCheck, hostCheck } from "./host-check.ts";
import { gatherIdentities, type Identities } from "./identities.ts";
import { connectFailed, printable, timedOut } from "./problems.ts";
import { containerStream, type OpenStream, tcpStream } from "./streams.ts";
import { type SshTarget, shown } from "./target.ts";

export interface SshOptions {
  /** From the first packet to the login, jump host included, in milliseconds; stands still while a question is asked. */
  readonly connectTimeoutMs: number;
  readonly keepaliveMs?: number | undefined;
  /** Write an unknown host key down instead of refusing it. */
  readonly acceptNew: boolean;
  /** The target's login password; asked for after every key was refused. A jump host is logged in to by key only. */
  readonly password?: () => Promise<string | undefined>;
  readonly passphrase: (keyFile: string) => Promise<string | undefined>;
  /** Opens the byte stream to use instead of the way that the target names. */
  readonly sock?: OpenStream;
  log(line: string): void;
  /** Told what was agreed on with the target, and by which method it let us in; for `hlx doctor`. */
  readonly negotiated?: (algorithms: Negotiated) => void;
  readonly loggedIn?: (by: string) => void;
}

export interface Connecting extends SshOptions {
  readonly deadline: Deadline;
}

/** The target's client first, then the jump host's: the order in which they are closed. */
export type Hops = readonly [SshClient, ...SshClient[]];

/** Connects and logs in to the jump host, if there is one, then to the target through it. Throws ProblemError. */
export async function connectHops(target: SshTarget, connecting: Connecting): Promise<Hops> {
  const before = await connectJump(target, connecting);
  try {
    return [await connectOne(target, connecting, streamTo(target, connecting, before)), ...before];
  } catch (thrown) {
    closeHops(before);
    throw thrown;
  }
}

/** The jump host's client, or none. It is logged in to by key: the password is the target's. */
export async function connectJump(target: SshTarget, connecting: Connecting): Promise<readonly SshClient[]> {
  const { sock, password: _, negotiated: __, loggedIn: ___, ...keysOnly } = connecting;
  return target.jump === undefined || sock !== undefined ? [] : connectHops(target.jump, keysOnly);
}

export function closeHops(hops: readonly SshClient[]): void {
  for (const { client } of hops) client.end();
}

/** How the target's byte stream is opened. */
export function streamTo(target: SshTarget, { sock }: Connecting, [through]: readonly SshClient[]): OpenStream {
  if (sock !== undefined) return sock;
  if (target.container !== undefined) return containerStream(target.container);
  if (through === undefined) return tcpStream(target.address, target.port);
  return () => through.ssh.forwardOut("127.0.0.1", 0, target.address, target.port);
}

async function connectOne(target: SshTarget, connecting: Connecting, openStream: OpenStream): Promise<SshClient> {
  const { deadline } = connecting;
  const identities = gatherIdentities(target, (file) => deadline.asking(() => connecting.passphrase(file)));
  // Keys are read while the network works; a failure shows where they are awaited.
  identities.catch(() => undefined);
  const check = await hostCheck(target, connecting);
  const { password } = connecting;
  const asked = password === undefined ? {} : { password: () => deadline.asking(password) };
  const attempts = logIn({ user: target.user, identities, ...asked });
  const result = await tryClient({ target, connecting, openStream, check, attempts });
  if ("opened" in result) {
    connecting.loggedIn?.(attempts.tried().at(-1) ?? "no method");
    return result.opened;
  }
  throw await failureOf(target, result.failed, { connecting, attempts, identities });
}

interface Trying {
  readonly target: SshTarget;
  readonly connecting: Connecting;
  readonly openStream: OpenStream;
  readonly check: HostCheck;
  readonly attempts: Attempts;
}

// Many hosts through one jump host knock on its door at once: sshd lets ten in before they have logged in (MaxStartups), and turns others away.
async function tryClient(trying: Trying): ReturnType<typeof openClient> {
  const { target, connecting, openStream, check, attempts } = trying;
  const { deadline, negotiated, keepaliveMs } = connecting;
  const { signal } = deadline;
  const log = (line: string) => connecting.log(`${target.name}: ${line}`);
  const once = async () =>
    openClient({
      stream: await reach(target, connecting, openStream),
      user: target.user,
      check,
      logIn: attempts.handler,
      signal,
      log,
      negotiated,
      keepaliveMs,
    });
  let result = await once();
  for (const wait of isEngine(target, connecting) ? [] : waitsOf(target)) {
    if (!("failed" in result) || !isTurnedAway(result.failed) || signal.aborted) return result;
    log(`turned away before the login, trying again in ${wait} ms`);
    await Promise.race([sleep(wait, undefined, { ref: false }), new Promise<void>((resolve) => onAbort(signal, resolve))]);
    if (signal.aborted) return { failed: { ...result.failed, turnedAway: true } };
    result = await once();
  }
  return result;
}

function isEngine({ container }: SshTarget, { sock }: Connecting): boolean {
  return container !== undefined || sock !== undefined;
}

// Each host in its own rhythm, so that those that were turned away together do not come back together.
function waitsOf({ name, jumpFor }: SshTarget): readonly number[] {
  const rhythm = createHash("sha256").update(`${name} ${jumpFor}`).digest();
  return [150, 300, 600, 1200, 2400, 2400, 2400].map((wait, index) => Math.round(wait * (0.5 + (rhythm[index] ?? 0) / 255)));
}

// It closed the connection before it said that it speaks SSH: without a word, or with one line such as "Exceeded MaxStartups".
function isTurnedAway({ phase, said, refusal }: ClientFailure): boolean {
  return phase === "banner" && refusal === undefined && /^[^\r\n]{0,64}\r?\n?$/.test(said);
}

/** Opens the byte stream before the deadline. Throws ProblemError (unreachable). */
export async function reach(target: SshTarget, { deadline, connectTimeoutMs }: Connecting, openStream: OpenStream): Promise<Duplex> {
  const { signal } = deadline;
  const expired = new Promise<never>((_, reject) => onAbort(signal, () => reject(signal.reason)));
  const opening = openStream(signal);
  try {
    return await Promise.race([opening, expired]);
  } catch (cause) {
    opening.then(
      (late) => late.destroy(),
      () => undefined,
    );
    if (signal.aborted) throw new ProblemError(timedOut(target, connectTimeoutMs, "stream"));
    throw new ProblemError(connectFailed(target, { phase: "stream", said: "", tried: [], offered: [], agent: "", skipped: [], cause }));
  }
}

interface Tried {
  readonly connecting: Connecting;
  readonly attempts: Attempts;
  readonly identities: Promise<Identities>;
}

async function failureOf(target: SshTarget, failed: ClientFailure, { connecting, attempts, identities }: Tried): Promise<ProblemError> {
  if (failed.refusal !== undefined) return refusalOf(target, failed.refusal);
  if (connecting.deadline.signal.aborted && failed.turnedAway === undefined)
    return new ProblemError(timedOut(target, connecting.connectTimeoutMs, failed.phase));
  const { agent, skipped } = await identities.catch((thrown: unknown) => ({ agent: printable(String(thrown)), skipped: [] }));
  return new ProblemError(connectFailed(target, { ...failed, agent, skipped, tried: attempts.tried(), offered: attempts.offered() }));
}

function refusalOf(target: SshTarget, refusal: unknown): ProblemError {
  if (refusal instanceof ProblemError) return refusal;
  const because = refusal instanceof Error ? refusal.message : String(refusal);
  return new ProblemError({ code: "trust", message: `the host key of ${shown(target)} could not be checked: ${printable(because)}`, cause: refusal });
}
