// The port "pihole": the API of a host's own Pi-hole, plain HTTP to its loopback through the connection that is open.
import type { Host } from "../model/host.ts";
import type { Endpoint, EndpointDriver, EndpointRun } from "../model/ports/endpoint.ts";
import type { PiholeCall, PiholeDoor, PiholeReader } from "../model/ports/pihole.ts";
import type { Session, WriteOptions } from "../model/ports/shell.ts";
import type { Api, StepResult } from "../model/step.ts";
import { writeEntry } from "./pihole/entries.ts";
import { runGravity } from "./pihole/gravity.ts";
import { patchConfig } from "./pihole/patch.ts";
import { readFilters, readSettings } from "./pihole/reads.ts";
import { PiholeSession } from "./pihole/session.ts";

/**
 * One login a Pi-hole and run, given back at the end. Over the loopback no certificate has to be trusted (FTL's own is valid for 47 days and names no address),
 * and no password crosses the network outside of SSH.
 */
export const pihole: EndpointDriver<"pihole"> = {
  port: "pihole",
  start: (run) => {
    const known = new Map<string, Doors>();
    const of = (host: Host, session: () => Promise<Session>): Endpoint<"pihole"> => {
      const doors = known.get(host.name) ?? new Doors(host, { run, session });
      known.set(host.name, doors);
      return endpointOf(doors);
    };
    return { of, close: async () => void (await Promise.allSettled([...known.values()].map((doors) => doors.close()))) };
  },
};

function endpointOf(doors: Doors): Endpoint<"pihole"> {
  const reader: PiholeReader = {
    settings: (door) => doors.once("settings", door, readSettings),
    filters: (door) => doors.once("filters", door, readFilters),
  };
  return { reader, call: (step, options) => call(doors, step, options), requests: () => doors.requests() };
}

async function call(doors: Doors, step: Api, options: WriteOptions): Promise<StepResult> {
  const { door, send, setPassword } = step.body as PiholeCall;
  const session = doors.at(door);
  if (step.path === "/action/gravity") return runGravity(session, options);
  if (step.path !== "/config") return writeEntry(session, step, send);
  return patchConfig(session, send ?? {}, setPassword === true ? await doors.password(door) : undefined);
}

interface Means {
  readonly run: EndpointRun;
  readonly session: () => Promise<Session>;
}

/** The sessions of one host's Pi-hole, one for each way in. */
class Doors {
  readonly #host: Host;
  readonly #means: Means;
  readonly #sessions = new Map<string, PiholeSession>();
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(host: Host, means: Means) {
    [this.#host, this.#means] = [host, means];
  }

  at(door: PiholeDoor): PiholeSession {
    const { port = 80, password } = door;
    const key = `${port} ${password ?? ""}`;
    const dial = async () => (await this.#means.session()).dial({ port });
    const secret = password === undefined ? undefined : { name: password, value: () => this.#means.run.secret(password) };
    const session = this.#sessions.get(key) ?? new PiholeSession({ dial, where: `the Pi-hole on ${this.#host.name}`, password: secret });
    this.#sessions.set(key, session);
    return session;
  }

  async password({ password }: PiholeDoor): Promise<string | undefined> {
    return password === undefined ? undefined : await this.#means.run.secret(password);
  }

  /** Who asks the same while it is asked gets the same answer; who asks later gets a fresh one. */
  once<Answer>(what: string, door: PiholeDoor, read: (session: PiholeSession) => Promise<Answer>): Promise<Answer> {
    const key = `${what} ${door.port ?? 80} ${door.password ?? ""}`;
    const asked = (this.#asked.get(key) as Promise<Answer> | undefined) ?? read(this.at(door)).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  requests(): number {
    return [...this.#sessions.values()].reduce((sum, { requests }) => sum + requests, 0);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#sessions.values()].map((session) => session.logout()));
  }
}
