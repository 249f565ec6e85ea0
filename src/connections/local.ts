// This machine as a host: `/bin/sh` in a process group of its own.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { userInfo } from "node:os";
import type { Connection } from "../model/ports/connection.ts";
import { ProblemError } from "../model/problem.ts";
import type { Channel, Transport } from "./channel.ts";
import { sessionOptions } from "./shell/options.ts";
import { openSession } from "./shell/session.ts";

export const local: Connection = {
  connection: "local",
  open: (host, options) => openSession(async () => localTransport(), sessionOptions(host, options)),
};

/** A transport over `/bin/sh` (or another shell, given by its argv) on this machine. It is never lost. */
export function localTransport(shell: readonly [string, ...string[]] = ["/bin/sh"]): Transport {
  return processTransport({ user: userInfo().username, argv: (command) => [...shell, "-c", command] });
}

/** A transport whose every channel is a process of this machine, with no shell in between. */
export function processTransport(by: { readonly user: string; argv(command: string): readonly string[] }): Transport {
  const running = new Set<Channel>();
  return {
    user: by.user,
    exec: async (command) => {
      const channel = await start(by.argv(command));
      running.add(channel);
      void channel.ended.then(() => running.delete(channel));
      return channel;
    },
    lost: new Promise(() => undefined),
    close: async () => {
      for (const channel of running) channel.close();
    },
  };
}

function start([file = "", ...args]: readonly string[]): Promise<Channel> {
  const child = spawn(file, args, { stdio: "pipe", detached: true });
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new ProblemError({ code: "unreachable", message: `starting ${file}: ${cause.message}`, cause })));
    child.once("spawn", () => resolve(channelOf(child)));
  });
}

function channelOf(child: ChildProcessWithoutNullStreams): Channel {
  const ended = new Promise<{ status: number | null; because?: string }>((resolve) => {
    child.once("close", (status, signal) => resolve(signal === null ? { status } : { status, because: `killed by ${signal}` }));
  });
  child.stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, close: () => closeChild(child) };
}

function closeChild(child: ChildProcessWithoutNullStreams): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  child.unref();
}
