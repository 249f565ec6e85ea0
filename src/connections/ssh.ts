// The connection "ssh": one SSH connection a host and run, and a shell over it.
import { userInfo } from "node:os";
import type { Host } from "../model/host.ts";
import type { Connection, ConnectOptions } from "../model/ports/connection.ts";
import type { Transport } from "./channel.ts";
import { sessionOptions } from "./shell/options.ts";
import { openSession } from "./shell/session.ts";
import { resolveTarget } from "./ssh/config.ts";
import type { SshOptions } from "./ssh/hops.ts";
import { isKnown, learnKeys } from "./ssh/learn.ts";
import { readSshConfig } from "./ssh/ssh-config-file.ts";
import { containerStream } from "./ssh/streams.ts";
import type { SshTarget } from "./ssh/target.ts";

export const ssh: Connection = {
  connection: "ssh",
  open: (host, options) => openSession(() => connect(host, options), sessionOptions(host, options)),
  knows: async (host, options) => isKnown(await targetOf(host, options)),
  learn: async (host, keys, options) => learnKeys(await targetOf(host, options), keys, options),
};

// Loaded here, not above: ssh2 and node-ssh take 40 ms, which a command that connects nowhere need not wait for.
async function connect(host: Host, options: ConnectOptions): Promise<Transport> {
  const [{ connectSsh }, target] = await Promise.all([import("./ssh/transport.ts"), targetOf(host, options)]);
  return connectSsh(target, sshOptions(host, options));
}

/** Where and as whom to log in to this host: the inventory, then ~/.ssh/config, then defaults. Throws ProblemError (input). For `hlx trust` too. */
export async function targetOf(host: Host, options: ConnectOptions): Promise<SshTarget> {
  const { sshConfig: file, ...rest } = options;
  const sshConfig = file === undefined ? "" : await readSshConfig(file, options);
  return resolveTarget(host, { ...rest, sshConfig, localUser: userInfo().username });
}

/** How to connect to this host. For `hlx trust` too. */
export function sshOptions(host: Host, { credentials, acceptNew, connectTimeoutMs, keepaliveMs, containers, log }: ConnectOptions): SshOptions {
  const { twin, address } = host.login;
  return {
    ...(twin === undefined ? {} : { sock: containerStream(address, containers) }),
    connectTimeoutMs,
    keepaliveMs,
    acceptNew,
    password: () => credentials.password("login", host),
    passphrase: (file) => credentials.passphrase(file),
    log,
  };
}
