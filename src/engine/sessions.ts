// One session a host and run.
import type { Host } from "../model/host.ts";
import type { Connection, ConnectOptions } from "../model/ports/connection.ts";
import type { Session } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";
import type { Sessions } from "./world.ts";

export function makeSessions(connections: ReadonlyMap<string, Connection>, options: ConnectOptions): Sessions {
  const opening = new Map<string, Promise<Session>>();
  const opened = new Map<string, Session>();

  async function open(host: Host): Promise<Session> {
    const connection = connections.get(host.login.connection);
    if (connection === undefined) throw new ProblemError({ code: "input", message: `${host.name}: no connection called "${host.login.connection}"` });
    const session = await connection.open(host, options);
    opened.set(host.name, session);
    return session;
  }

  function of(host: Host): Promise<Session> {
    const known = opening.get(host.name) ?? open(host);
    opening.set(host.name, known);
    return known;
  }

  async function closeAll(): Promise<void> {
    await Promise.allSettled(opening.values());
    await Promise.allSettled([...opened.values()].map((session) => session.close()));
  }

  return { of, closeAll, roundTrips: (host) => opened.get(host)?.traffic().roundTrips ?? 0 };
}
