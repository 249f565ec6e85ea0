// An SSH connection as a transport: connect, log in, run commands; and more connections where sshd allows few sessions on one.
import { setTimeout as sleep } from "node:timers/promises";
import type { Problem } from "../../model/problem.ts";
import type { Channel, Transport } from "../channel.ts";
import { startDeadline } from "./deadline.ts";
import { execute, noSession } from "./exec.ts";
import { forward } from "./forward.ts";
import { closeHops, connectHops, type Hops, type SshOptions } from "./hops.ts";
import { printable } from "./problems.ts";
import { type SshTarget, shown, timeLimit } from "./target.ts";

/** Connects and logs in. Throws ProblemError: `trust` when the host key is refused (no credential was sent), else `unreachable`. */
export async function connectSsh(target: SshTarget, options: SshOptions): Promise<Transport> {
  const connect = () => logIn(target, options);
  const hops = await connect();
  const sessions = new Sessions(target, hops, connect);
  const [{ lost }] = hops;
  return {
    user: target.user,
    exec: (command) => sessions.exec(command),
    forward: (to) => forward(hops[0].client, to),
    lost: lost.then((because) => lostProblem(target, because)),
    close: () => sessions.close(),
  };
}

async function logIn(target: SshTarget, options: SshOptions): Promise<Hops> {
  const connectTimeoutMs = timeLimit(target, options.connectTimeoutMs);
  const deadline = startDeadline(connectTimeoutMs);
  try {
    return await connectHops(target, { ...options, connectTimeoutMs, deadline });
  } finally {
    deadline.done();
  }
}

/** Connections beside the first: enough for a session's channels where sshd has MaxSessions 1. */
const mostBeside = 3;
/** A session that has just ended may still count on the host. */
const patience = [100, 200, 400, 800, 1600];

/** The sessions of one target: on the first connection, and where sshd refuses, on further ones that are kept for later. */
class Sessions {
  readonly #target: SshTarget;
  readonly #connect: () => Promise<Hops>;
  readonly #all: Hops[];
  #beside = 0;

  constructor(target: SshTarget, first: Hops, connect: () => Promise<Hops>) {
    [this.#target, this.#all, this.#connect] = [target, [first], connect];
  }

  async exec(command: string): Promise<Channel> {
    for (const wait of [0, ...patience]) {
      if (wait > 0) await sleep(wait);
      const channel = (await this.#onOpen(command)) ?? (await this.#onNew(command));
      if (channel !== undefined) return channel;
    }
    throw noSession(this.#target);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map(closeAll));
  }

  async #onOpen(command: string): Promise<Channel | undefined> {
    for (const [{ client }] of [...this.#all]) {
      const channel = await execute(this.#target, client, command);
      if (channel !== "refused") return channel;
    }
    return undefined;
  }

  async #onNew(command: string): Promise<Channel | undefined> {
    if (this.#beside >= mostBeside) return undefined;
    this.#beside += 1;
    const hops = await this.#connect().catch((thrown: unknown) => {
      this.#beside -= 1;
      throw thrown;
    });
    this.#all.push(hops);
    void hops[0].lost.then(() => this.#forget(hops));
    const channel = await execute(this.#target, hops[0].client, command);
    return channel === "refused" ? undefined : channel;
  }

  #forget(hops: Hops): void {
    const at = this.#all.indexOf(hops);
    if (at < 0) return;
    this.#all.splice(at, 1);
    this.#beside -= 1;
    closeHops(hops.slice(1));
  }
}

async function closeAll([{ client, lost }, ...before]: Hops): Promise<void> {
  client.end();
  await Promise.race([lost, sleep(500, undefined, { ref: false })]);
  client.destroy();
  closeHops(before);
}

function lostProblem(target: SshTarget, because: string): Problem {
  return { code: "unreachable", message: `the connection to ${shown(target)} was lost: ${printable(because)}` };
}
