// Commands over an SSH client: one channel each, with back-pressure.
import type { Client, ClientChannel } from "ssh2";
import { ProblemError } from "../../model/problem.ts";
import type { Channel } from "../channel.ts";
import { printable } from "./problems.ts";
import { type SshTarget, shown } from "./target.ts";

/** Opens a channel and starts the command line on it; "refused" when sshd allows no more sessions on this connection. Throws ProblemError. */
export async function execute(target: SshTarget, client: Client, command: string): Promise<Channel | "refused"> {
  try {
    return channelOf(client, await start(client, command));
  } catch (thrown) {
    if (isRefusedChannel(thrown)) return "refused";
    throw channelProblem(target, thrown);
  }
}

/** Every connection refuses a session. */
export function noSession(target: SshTarget): ProblemError {
  return new ProblemError({
    code: "unreachable",
    message: `could not open a session on ${shown(target)}: sshd refuses it`,
    hint: "it allows no session at all, or too few: MaxSessions in /etc/ssh/sshd_config, 10 unless it says otherwise",
  });
}

function start(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

// RFC 4254 5.1: a refused open carries a reason; errors of ssh2 itself (not connected) do not.
function isRefusedChannel(thrown: unknown): boolean {
  return thrown instanceof Error && "reason" in thrown && typeof thrown.reason === "number";
}

function channelProblem(target: SshTarget, thrown: unknown): ProblemError {
  const because = printable(thrown instanceof Error ? thrown.message : String(thrown));
  return new ProblemError({ code: "unreachable", message: `could not open a session on ${shown(target)}: ${because}`, cause: thrown });
}

function channelOf(client: Client, channel: ClientChannel): Channel {
  // A write to a command that ended is not worth the process; `ended` tells.
  channel.on("error", () => undefined);
  channel.stderr.on("error", () => undefined);
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: endOf(client, channel),
    close: () => channel.close(),
  };
}

// Output may still arrive after the status: the end is the channel's own, once what it sent was read.
function endOf(client: Client, channel: ClientChannel): Channel["ended"] {
  return new Promise((resolve) => {
    let ending: Awaited<Channel["ended"]> = { status: null, because: "the connection was lost" };
    channel.once("exit", (status: number | null, signal?: string) => {
      ending = status === null ? { status, because: `killed by ${printable(signal ?? "a signal")}` } : { status };
    });
    channel.once("close", () => resolve(ending));
    client.once("close", () => resolve(ending));
  });
}
