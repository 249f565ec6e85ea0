// The driver over the double: what tests of the Pi-hole port, kinds and role share.
import { connect } from "node:net";
import { pihole } from "../../src/connections/pihole.ts";
import type { Host } from "../../src/model/host.ts";
import type { Endpoint, Endpoints } from "../../src/model/ports/endpoint.ts";
import type { PiholeCall, PiholeDoor } from "../../src/model/ports/pihole.ts";
import type { Session } from "../../src/model/ports/shell.ts";
import type { StepResult } from "../../src/model/step.ts";
import { type Ftl, startFtl } from "./ftl/server.ts";
import type { FtlOptions } from "./ftl/world.ts";

/** How long things take in these tests: real enough to be met, short enough to wait for. */
export const quick = { restartMs: { answers: 40, gone: 80 }, swapMs: 60, gravityMs: 5 } as const;

export interface Reached {
  readonly ftl: Ftl;
  readonly door: PiholeDoor;
  readonly endpoint: Endpoint<"pihole">;
  readonly endpoints: Endpoints<"pihole">;
  call(method: string, path: string, body?: Omit<PiholeCall, "door">): Promise<StepResult>;
  /** Logs out and stops the double. */
  stop(): Promise<void>;
}

/** A double that wants the password "secret", and the driver before it. */
export async function reach(options: FtlOptions = {}, password: string | undefined = "secret"): Promise<Reached> {
  const ftl = await startFtl({ ...quick, password: "secret", ...options });
  const endpoints = driverOf(password);
  const endpoint = endpoints.of(aHost, async () => sessionTo(ftl.port));
  const door: PiholeDoor = password === undefined ? {} : { password: "pihole.password" };
  return {
    ftl,
    door,
    endpoint,
    endpoints,
    call: (method, path, body = {}) =>
      endpoint.call({ do: "api", title: `${method} ${path}`, via: "pihole", method, path, body: { door, ...body } }, { reveal: () => "never" }),
    stop: async () => {
      await endpoints.close();
      await ftl.stop();
    },
  };
}

/** The driver of one run, with one secret. */
export function driverOf(password: string | undefined): Endpoints<"pihole"> {
  return pihole.start({ connect: {} as never, secret: async () => password ?? "" });
}

/** A session that only dials: whatever port is asked for, the double's. */
export function sessionTo(port: number): Session {
  const dial = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket));
      socket.on("error", reject);
    });
  return { dial } as unknown as Session;
}

export const aHost = { name: "pi" } as Host;
