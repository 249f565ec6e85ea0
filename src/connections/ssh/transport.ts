// An SSH connection as a transport: connect, log in, run commands.
import type { Problem } from "../../model/problem.ts";
import type { Transport } from "../channel.ts";
import { startDeadline } from "./deadline.ts";
import { execute } from "./exec.ts";
import { closeHops, connectHops, type Hops, type SshOptions } from "./hops.ts";
import { printable } from "./problems.ts";
import { type SshTarget, shown, timeLimit } from "./target.ts";

/** Connects and logs in. Throws ProblemError: `trust` when the host key is refused (no credential was sent), else `unreachable`. */
export async function connectSsh(target: SshTarget, options: SshOptions): Promise<Transport> {
  const connectTimeoutMs = timeLimit(target, options.connectTimeoutMs);
  const deadline = startDeadline(connectTimeoutMs);
  try {
    const hops = await connectHops(target, { ...options, connectTimeoutMs, deadline });
    return transportOf(target, hops);
  } finally {
    deadline.done();
  }
}

function transportOf(target: SshTarget, [{ client, lost }, ...before]: Hops): Transport {
  return {
    user: target.user,
    exec: (command) => execute(target, client, command),
    lost: lost.then((because) => lostProblem(target, because)),
    async close() {
      client.end();
      await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
      client.destroy();
      closeHops(before);
    },
  };
}

function lostProblem(target: SshTarget, because: string): Problem {
  return { code: "unreachable", message: `the connection to ${shown(target)} was lost: ${printable(because)}` };
}
