// A container as a host, reached through the engine only, never by a route: `docker exec`, else `podman exec`.

import type { Connection } from "../model/ports/connection.ts";
import { ProblemError } from "../model/problem.ts";
import type { Transport } from "./channel.ts";
import { processTransport } from "./local.ts";
import { sessionOptions } from "./shell/options.ts";
import { openSession } from "./shell/session.ts";

export type Engine = "docker" | "podman";

/** What engines accept as a container's name or id. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;
const userPattern = /^[a-z_][a-z0-9_-]{0,31}$/;

export const container: Connection = {
  connection: "container",
  open: (host, options) => {
    const { address, user } = host.login;
    const connect = () => withEngine((engine) => containerTransport({ engine, name: address, user: user ?? "root" }));
    return openSession(connect, sessionOptions(host, options));
  },
};

/** A transport over `ENGINE exec`. Throws ProblemError (input) for a name that is no container's. */
export function containerTransport(where: { readonly engine: Engine; readonly name: string; readonly user: string }): Transport {
  const { engine, name, user } = where;
  if (!namePattern.test(name)) throw new ProblemError({ code: "input", message: `${JSON.stringify(name)} cannot be a container's name` });
  if (!userPattern.test(user)) throw new ProblemError({ code: "input", message: `${JSON.stringify(user)} cannot be a user in container ${name}` });
  return processTransport({ user, argv: (command) => [engine, "exec", "-i", "-u", user, "--", name, "/bin/sh", "-c", command] });
}

/** Docker where it is installed, else Podman: only starting the program tells. */
async function withEngine(make: (engine: Engine) => Transport): Promise<Transport> {
  const [docker, podman] = [make("docker"), make("podman")];
  const exec = (command: string) => docker.exec(command).catch((thrown: unknown) => podman.exec(command).catch(() => Promise.reject(thrown)));
  const close = async () => {
    await Promise.all([docker.close(), podman.close()]);
  };
  return { ...docker, exec, close };
}
