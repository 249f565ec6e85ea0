// A port that is not the host's shell: an API of the host itself, or of something that stands behind many hosts.
import type { Host } from "../host.ts";
import type { Api, StepResult } from "../step.ts";
import type { ConnectOptions } from "./connection.ts";
import type { PortName, Readers } from "./index.ts";
import type { Session, WriteOptions } from "./shell.ts";

export type EndpointName = Exclude<PortName, "shell">;

/** What a driver may use during one run. */
export interface EndpointRun {
  readonly connect: ConnectOptions;
  /** The value of a secret; throws ProblemError (missing). Ask only when it is needed. */
  secret(name: string): Promise<string>;
}

/** One API as one host's resources see it. */
export interface Endpoint<Name extends EndpointName = EndpointName> {
  /** Opened by the first question. Every answer is hostile data. */
  readonly reader: Readers[Name];
  /**
   * Does one step, once: what is not known to have been refused before it was sent is "unknown", never sent again.
   * The host's lock is checked right before. A secret in `step.body` is filled in by `filled`.
   */
  call(step: Api, options: WriteOptions): Promise<StepResult>;
  /** Requests so far: shown beside the round trips of the shell. */
  requests(): number;
}

/** The endpoints of one port in one run. */
export interface Endpoints<Name extends EndpointName = EndpointName> {
  /** The same endpoint for the same host. `session` opens the host's shell session: a driver that does not need it must not ask. */
  of(host: Host, session: () => Promise<Session>): Endpoint<Name>;
  /** Logs out and closes, before the hosts' sessions are closed. Never throws. */
  close(): Promise<void>;
}

/** One way to an API. A new one is a file in connections/ and a line in connections/endpoints.ts. */
export interface EndpointDriver<Name extends EndpointName = EndpointName> {
  readonly port: Name;
  /** Opens nothing yet. */
  start(run: EndpointRun): Endpoints<Name>;
}
