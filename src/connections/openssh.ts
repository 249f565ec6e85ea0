// The connection "openssh": the system's own ssh, for what ssh2 cannot do: certificates, FIDO keys, what ~/.ssh/config runs.
import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import type { Host } from "../model/host.ts";
import type { Connection, ConnectOptions } from "../model/ports/connection.ts";
import type { Transport } from "./channel.ts";
import { controlFolder } from "./openssh/folder.ts";
import { openSshTransport } from "./openssh/transport.ts";
import { sessionOptions } from "./shell/options.ts";
import { openSession } from "./shell/session.ts";
import { isKnown, learnKeys } from "./ssh/learn.ts";
import { targetOf } from "./ssh.ts";

export const openssh: Connection = {
  connection: "openssh",
  open: (host, options) => openSession(() => connect(host, options), sessionOptions(host, options)),
  knows: async (host, options) => isKnown(await targetOf(host, options)),
  learn: async (host, keys, options) => learnKeys(await targetOf(host, options), keys, options),
};

async function connect(host: Host, options: ConnectOptions): Promise<Transport> {
  const { sshConfig, knownHosts, acceptNew, connectTimeoutMs, home } = options;
  const [folder, config] = await Promise.all([controlFolder({ home, uid: userInfo().uid }), thereIs(sshConfig)]);
  const random = () => randomBytes(8).toString("hex");
  return openSshTransport({
    command: { name: host.name, login: host.login, knownHosts, acceptNew, connectTimeoutMs, terminal: isatty(0), ...(config === undefined ? {} : { config }) },
    socket: join(folder, random()),
    nonce: random(),
  });
}

async function thereIs(file: string | undefined): Promise<string | undefined> {
  return file === undefined
    ? undefined
    : access(file).then(
        () => file,
        () => undefined,
      );
}
