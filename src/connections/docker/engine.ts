// One engine: requests through dockerode, at most four at once, with failures told apart.
import type Docker from "dockerode";
import { semaphore } from "../../lib/semaphore.ts";
import type { Session } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import { streamAgent } from "./agent.ts";

export interface Engine {
  /** Runs one request; `undefined` when the engine says that there is no such thing. Throws ProblemError. */
  ask<Answer>(request: (docker: Docker) => Promise<Answer>): Promise<Answer | undefined>;
  /** Does one change, once; its answer as text. Throws ProblemError: "failed" when the engine refused, "unknown" when nobody knows. */
  send(request: { readonly method: string; readonly path: string; readonly body: unknown }): Promise<string>;
  requests(): number;
  close(): void;
}

const socket = "/var/run/docker.sock";
/** Where sshd forwards nothing, each is a channel and a process of its own (MaxSessions is 10). */
const atOnce = 4;
const deadlineMs = 60_000;

/** The engine of one host; nothing is opened before the first request. */
export function openEngine(host: string, session: () => Promise<Session>): Engine {
  let asked = 0;
  const slots = semaphore(atOnce);
  const agent = streamAgent(async () => (await session()).dial({ socket, relay: ["docker", "system", "dial-stdio"] }), atOnce);
  let loaded: Promise<Docker> | undefined;

  function counted<Answer>(work: (docker: Docker) => Promise<Answer>): Promise<Answer> {
    return slots.with(async () => {
      loaded ??= client(agent);
      asked++;
      return await within(work(await loaded), host);
    });
  }

  return {
    // An engine that is being restarted closes what was kept open: a question may be asked again.
    ask: (request) =>
      counted(request)
        .catch((thrown: unknown) => (isCut(thrown) ? counted(request) : Promise.reject(thrown)))
        .catch((thrown: unknown) => noSuchThing(thrown, { host, doing: "looking at", hungUp: "silent" })),
    send: ({ method, path, body }) =>
      counted((docker) => dialled(docker, { method, path, body })).catch((thrown: unknown) =>
        refused(thrown, { host, doing: `${method} ${path} at`, hungUp: "unknown" }),
      ),
    requests: () => asked,
    close: () => agent.destroy(),
  };
}

// Made without its constructor, which reads DOCKER_HOST and files that DOCKER_CERT_PATH names: the environment of whoever runs hlx is about another engine.
async function client(agent: object): Promise<Docker> {
  const [{ default: Engine }, { default: Modem }] = await Promise.all([import("dockerode"), import("docker-modem")]);
  const modem: object = Object.assign(Object.create(Modem.prototype), { protocol: "http", host: "docker", port: 80, headers: {}, sshOptions: {}, agent });
  return new Engine({ modem } as Docker.DockerOptions);
}

async function within<Answer>(work: Promise<Answer>, host: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const problem = new ProblemError({ code: "unknown", message: `the Docker engine of ${host} did not answer within ${deadlineMs / 1000} s` });
    timer = setTimeout(() => reject(problem), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function dialled(docker: Docker, { method, path, body }: { readonly method: string; readonly path: string; readonly body: unknown }): Promise<string> {
  const statusCodes = Object.fromEntries([200, 201, 204, 304].map((code) => [code, true]));
  return new Promise((resolve, reject) => {
    docker.modem.dial({ path, method, options: body ?? {}, statusCodes }, (error: unknown, answer: unknown) =>
      error ? reject(error) : resolve(JSON.stringify(answer ?? "")),
    );
  });
}

interface Failing {
  readonly host: string;
  readonly doing: string;
  /** What a stream that ends without an answer means: a relay that found no engine, or a change nobody knows of. */
  readonly hungUp: "silent" | "unknown";
}

function noSuchThing(thrown: unknown, failing: Failing): undefined {
  if (statusOf(thrown) === 404) return undefined;
  return refused(thrown, failing);
}

function refused(thrown: unknown, { host, doing, hungUp }: Failing): never {
  if (thrown instanceof ProblemError) throw thrown;
  const status = statusOf(thrown);
  const said = saidBy(thrown).slice(0, 400);
  if (isRefusal(status, said)) throw new ProblemError({ code: "privilege", message: `${doing} the Docker engine of ${host}: ${said}`, cause: thrown });
  if (status !== undefined) throw new ProblemError({ code: "failed", message: `${doing} the Docker engine of ${host}: ${said}`, cause: thrown });
  if (/permission denied/i.test(said))
    throw new ProblemError({
      code: "privilege",
      message: `the Docker engine of ${host} may not be asked: ${said}`,
      hint: "log in as root, or let sudo run docker",
      cause: thrown,
    });
  if (/ENOENT|cannot connect|is the docker daemon running|ECONNREFUSED/i.test(said) || (hungUp === "silent" && /socket hang up/.test(said)))
    throw new ProblemError({
      code: "silent",
      message: `no Docker engine answers on ${host}: ${said}`,
      hint: "is it running? systemctl status docker",
      cause: thrown,
    });
  throw new ProblemError({ code: "unknown", message: `${doing} the Docker engine of ${host}: ${said}`, cause: thrown });
}

// A registry that wants a password is an error of the engine's own to it (distribution/distribution, registry/client/auth, ErrNoBasicAuthCredentials).
function isRefusal(status: number | undefined, said: string): boolean {
  return status === 401 || status === 403 || (status === 500 && /no basic auth credentials|\bunauthorized\b/i.test(said));
}

function isCut(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ECONNRESET" || /socket hang up/.test(saidBy(thrown));
}

function statusOf(thrown: unknown): number | undefined {
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

function saidBy(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.trim() : String(thrown);
}
