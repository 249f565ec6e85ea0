// The wiring: real connections, kinds, secrets and state behind the engine's World.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endpoints } from "../../connections/endpoints.ts";
import { connections } from "../../connections/registry.ts";
import { makeSessions } from "../../engine/sessions.ts";
import type { World } from "../../engine/world.ts";
import { gatherFacts } from "../../facts/gather.ts";
import type { Emit } from "../../model/event.ts";
import type { ConnectOptions, ContainerEngine } from "../../model/ports/connection.ts";
import type { Secrets } from "../../model/ports/secrets.ts";
import type { State } from "../../model/ports/state.ts";
import { kinds } from "../../resources/registry.ts";
import { openState as openStateFile } from "../../state/open.ts";
import type { Context } from "../command.ts";
import type { Io } from "../io.ts";
import { visible } from "../views/escape.ts";
import { credentialsOf, type Known } from "./credentials.ts";
import { openSecretsOf, type ProjectSecrets } from "./secrets.ts";
import { redactingState } from "./secrets-state.ts";

/** The state is under the folder's `.hlx`. */
export interface WorldOptions extends ProjectSecrets {
  /** known_hosts files instead of the user's own: the twins'. */
  readonly knownHosts?: readonly string[];
  /** How twins are reached. */
  readonly containers?: ContainerEngine;
  /** The state's folder inside `.hlx`; the twins' own is not the real hosts'. */
  readonly state?: string;
  readonly emit: Emit;
}

export interface OpenWorld {
  readonly world: World;
  /** Closes sessions and state. Never throws. */
  close(): Promise<void>;
}

/** Opens nothing by itself: hosts, secrets and state are opened when they are asked for. */
export async function openWorld(context: Context, options: WorldOptions): Promise<OpenWorld> {
  const { io } = context;
  const { redactor, secrets } = openSecretsOf(context, options);
  // What a world before this one learnt stays taken out.
  const before = context.redaction.redact;
  context.redaction.redact = (text) => before(redactor.redact(text));
  const connect = connectOptions(context, options, { learn: (secret) => redactor.add(secret), secrets });
  const learnt = learning(secrets, (secret) => redactor.add(secret));
  const sessions = makeSessions({ connections, endpoints, connect, secrets: learnt });
  let opened: Promise<State> | undefined;
  const state = (): Promise<State> => (opened ??= openState(options.folder, io, options.state).then((one) => redactingState(one, redactor.redact)));
  const world: World = {
    kinds: new Map(kinds.map((kind) => [kind.kind, kind])),
    connections,
    connect,
    sessions,
    facts: gatherFacts,
    secrets: learnt,
    state,
    knownState: async () => (opened !== undefined || existsSync(join(stateFolder(options.folder, options.state), "state.db")) ? state() : undefined),
    now: io.now,
    monotonicMs: io.monotonicMs,
    pause: (ms) => sleep(ms, undefined, { signal: io.stop }).catch(() => undefined),
    randomHex: io.randomHex,
    emit: options.emit,
    stop: io.stop,
  };
  const close = async (): Promise<void> => {
    await sessions.closeAll();
    await (await opened?.catch(() => undefined))?.close();
  };
  return { world, close };
}

/** The state of the inventory in this folder. */
export function openState(folder: string, io: Io, inside = ""): Promise<State> {
  return openStateFile(stateFolder(folder, inside), { now: io.now, pid: io.pid, ...(io.ids === undefined ? {} : { uid: io.ids.uid }) });
}

function stateFolder(folder: string, inside = ""): string {
  return join(folder, ".hlx", inside);
}

/** How to connect, from options and the user's own ssh files. */
export function connectOptions(context: Context, { knownHosts, containers }: Pick<WorldOptions, "knownHosts" | "containers">, known: Known): ConnectOptions {
  const { given, io, printer } = context;
  const agent = io.env["SSH_AUTH_SOCK"];
  return {
    credentials: credentialsOf(context, known),
    knownHosts: knownHosts ?? [join(io.home, ".ssh/known_hosts"), "/etc/ssh/ssh_known_hosts"],
    acceptNew: given.flag("acceptNew"),
    sshConfig: resolve(io.home, ".ssh/config"),
    ...(agent === undefined || agent === "" ? {} : { agent }),
    ...(containers === undefined ? {} : { containers }),
    home: io.home,
    connectTimeoutMs: (given.number("timeout") ?? 15) * 1000,
    log: (line) => {
      if (given.count("verbose") > 1) printer.err([visible(line)]);
    },
  };
}

function learning(secrets: Secrets, learn: (secret: string) => void): Secrets {
  return {
    key: () => secrets.key(),
    resolve: async (names) => {
      const values = await secrets.resolve(names);
      for (const value of values.values()) learn(value);
      return values;
    },
  };
}
