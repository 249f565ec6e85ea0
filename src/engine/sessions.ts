// One session a host and run, and the APIs that are reached over it or beside it.
import { kept } from "../lib/kept.ts";
import type { Host } from "../model/host.ts";
import type { Connection, ConnectOptions } from "../model/ports/connection.ts";
import type { EndpointDriver, Endpoints } from "../model/ports/endpoint.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Secrets } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import type { HostSession, Sessions } from "./world.ts";

export interface SessionsOptions {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly endpoints: ReadonlyMap<string, EndpointDriver>;
  readonly connect: ConnectOptions;
  readonly secrets: Pick<Secrets, "resolve">;
}

export function makeSessions({ connections, endpoints, connect, secrets }: SessionsOptions): Sessions {
  const opening = new Map<string, Promise<HostSession>>();
  const opened = new Map<string, HostSession>();
  const started = new Map<string, Endpoints>();

  function endpointsOf(port: string): Endpoints {
    const driver = endpoints.get(port);
    if (driver === undefined) throw new ProblemError({ code: "internal", message: `nothing reaches the port "${port}"` });
    return kept(started, port, () => driver.start({ connect, secret: (name) => secretOf(name, secrets) }));
  }

  async function open(host: Host): Promise<HostSession> {
    const connection = connections.get(host.login.connection);
    if (connection === undefined) throw new ProblemError({ code: "input", message: `${host.name}: no connection called "${host.login.connection}"` });
    const session = await connection.open(host, connect);
    const asHost: HostSession = { ...session, endpoint: (port) => endpointsOf(port).of(host, async () => session) };
    opened.set(host.name, asHost);
    return asHost;
  }

  function of(host: Host): Promise<HostSession> {
    return kept(opening, host.name, () => open(host));
  }

  function again(host: Host): Promise<HostSession> {
    if (!opened.has(host.name)) opening.delete(host.name);
    return of(host);
  }

  async function leave({ name }: Host): Promise<void> {
    const session = opened.get(name);
    opening.delete(name);
    opened.delete(name);
    await session?.close();
  }

  async function closeAll(): Promise<void> {
    await Promise.allSettled(opening.values());
    await Promise.allSettled([...started.values()].map((one) => one.close()));
    await Promise.allSettled([...opened.values()].map((session) => session.close()));
  }

  const outside = (host: Host): HostSession => fromOutside(host, (port) => endpointsOf(port).of(host, () => of(host)));

  return { of, outside, again, leave, ...keysOf(connections, connect), closeAll, roundTrips: (host) => opened.get(host)?.traffic().roundTrips ?? 0 };
}

// No shell and no lock: whoever asks for one is told so.
function fromOutside(host: Host, endpointOf: HostSession["endpoint"]): HostSession {
  const nothing = async (): Promise<never> => {
    throw new ProblemError({ code: "missing", message: `${host.name} is looked at from outside: nothing may ask its shell` });
  };
  return {
    shell: { ask: nothing, check: nothing },
    lock: nothing,
    dial: nothing,
    traffic: () => ({ roundTrips: 0, commands: 0, bytesUp: 0, bytesDown: 0 }),
    close: async () => undefined,
    endpoint: (port) => {
      // A rehearsal may never reach what makes the real host, only a double of it.
      if (host.login.twin !== undefined && host.login.double === undefined)
        throw new ProblemError({ code: "internal", message: `${host.name} is a twin: nothing makes it from outside` });
      return endpointOf(port);
    },
  };
}

function keysOf(connections: SessionsOptions["connections"], connect: ConnectOptions): Pick<Sessions, "knows" | "learn"> {
  const connectionOf = ({ login }: Host): Connection | undefined => connections.get(login.connection);
  return {
    knows: async (host) => (await connectionOf(host)?.knows?.(host, connect)) ?? true,
    learn: async (host, keys, how) => (await connectionOf(host)?.learn?.(host, keys, { ...connect, ...how })) ?? false,
  };
}

/** What kinds may ask with: the shell, and every other port opened by the first question to it. */
export function readersOf(session: Pick<HostSession, "shell" | "endpoint">, ports: readonly string[]): Readers {
  const beside = ports.filter((port) => port !== "shell");
  return Object.defineProperties(
    { shell: session.shell },
    Object.fromEntries(beside.map((port) => [port, { enumerable: true, get: () => session.endpoint(port).reader }])),
  ) as Readers;
}

async function secretOf(name: string, secrets: Pick<Secrets, "resolve">): Promise<string> {
  const value = (await secrets.resolve([name])).get(name);
  if (value === undefined) throw new ProblemError({ code: "missing", message: `secret ${name} is not known` });
  return value;
}
