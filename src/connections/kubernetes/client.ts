// Requests to a Kubernetes API: verified TLS over a stream of any origin, typed failures, and nothing sent twice that may have been done.
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { semaphore } from "../../lib/semaphore.ts";
import { ProblemError, problemOf } from "../../model/problem.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Access } from "./kubeconfig.ts";

export interface Asked {
  readonly method: "GET" | "PATCH" | "DELETE";
  /** With its query, from the API's root. */
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
}

/** "closed": nothing was sent. "lost": it was sent, at least in part, and nobody knows what became of it. */
export type Answer =
  | { readonly answer: "data"; readonly data: Readonly<Record<string, unknown>> }
  | { readonly answer: "failure"; readonly failure: Failure }
  | { readonly answer: "closed"; readonly because: string }
  | { readonly answer: "lost"; readonly because: string };

export interface Client {
  /** Throws ProblemError (trust) where the server is not who it should be. */
  ask(asked: Asked): Promise<Answer>;
  requests(): number;
  close(): void;
}

export interface ClientOptions {
  readonly access: Access;
  /** "the cluster of HOST". */
  readonly where: string;
  /** A stream to the server; throws when nobody answers there. */
  dial(): Promise<Duplex>;
  /** Requests at once: each has a stream of its own. */
  readonly atOnce: number;
  readonly timeoutMs: number;
  /** How long a TLS handshake may take. */
  readonly connectTimeoutMs: number;
}

const largest = 64 * 1024 * 1024;
/** A server that is busy says so before it does anything. */
const busyTries = 5;

export function openClient(options: ClientOptions): Client {
  const agent = agentFor(options);
  const slots = semaphore(options.atOnce);
  let count = 0;
  const once = (asked: Asked): Promise<Answer> =>
    slots.with(() => {
      count += 1;
      return send(asked, { ...options, agent });
    });

  async function ask(asked: Asked): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await once(asked);
      const wait = pauseMs(answer, asked, tries);
      if (wait === undefined) return answer;
      await sleep(wait);
    }
  }
  return { ask, requests: () => count, close: () => agent.destroy() };
}

// A connection that was kept open may be dead by now: what changes nothing is asked once more.
function pauseMs(answer: Answer, { method, path }: Asked, tries: number): number | undefined {
  if (answer.answer === "lost") return tries === 1 && (method === "GET" || path.includes("dryRun=All")) ? 0 : undefined;
  if (answer.answer !== "failure" || tries >= busyTries || !isPassing(answer.failure)) return undefined;
  return answer.failure.retryAfterMs ?? 500 * tries;
}

// A webhook whose pod has only just come up, or whose certificate is not known yet (cert-manager), was asked before anything was done.
function isPassing({ kind, text }: Failure): boolean {
  return kind === "busy" || (kind === "webhook" && /failed calling webhook|failed to call webhook/.test(text));
}

function agentFor(options: ClientOptions): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: options.atOnce, maxCachedSessions: 0 });
  agent.createConnection = (_, ready) => {
    void secured(options).then(
      (socket) => ready?.(null, socket),
      (thrown: Error) => ready?.(thrown, undefined as never),
    );
    return undefined;
  };
  return agent;
}

// A server may accept and stay silent: a request has no clock of its own before it has a connection.
async function secured({ access, dial, where, connectTimeoutMs }: ClientOptions): Promise<Duplex> {
  const stream = await dial();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const { host, serverName = host, ca, cert, key } = access;
  const name = isIP(serverName) === 0 ? { servername: serverName } : { host: serverName };
  const socket = connect({ socket: stream, ...name, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }, () => resolve(socket));
  const silent = new Error(`what answers for ${where} spoke no TLS within ${connectTimeoutMs / 1000} s`);
  const clock = setTimeout(() => socket.destroy(silent), connectTimeoutMs);
  socket.once("error", (error: Error & { readonly code?: string }) => reject(tlsProblem(error, where)));
  return promise.finally(() => clearTimeout(clock));
}

// Codes of failed verification are OpenSSL's (man verify); ERR_TLS_… is Node's for a wrong name.
function tlsProblem(cause: Error & { readonly code?: string }, where: string): Error {
  if (!/^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/.test(cause.code ?? "")) return cause;
  return new ProblemError({
    code: "trust",
    message: `the certificate of ${where} is not trusted: ${cause.message}`,
    hint: "the kubeconfig's certificate-authority must be the cluster's, and its server (or tls-server-name) a name in the certificate",
    cause,
  });
}

function send({ method, path, body, type = "application/json" }: Asked, { access, agent, timeoutMs }: ClientOptions & { agent: Agent }): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: "application/json",
    ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }),
    ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
  };
  return new Promise((resolve, reject) => {
    let begun = false;
    const sent = request({ agent, host: access.host, port: access.port, method, path: `${access.prefix}${path}`, headers, timeout: timeoutMs });
    sent.once("socket", () => {
      begun = true;
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.once("error", (error) => (isTrust(error) ? reject(error) : resolve({ answer: begun ? "lost" : "closed", because: problemOf(error).message })));
    sent.once("response", (response) => void read(response).then(resolve, (error: Error) => resolve({ answer: "lost", because: error.message })));
    sent.end(text);
  });
}

function isTrust(error: unknown): boolean {
  return error instanceof ProblemError && problemOf(error).code !== "unreachable" && problemOf(error).code !== "missing";
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > largest) throw new Error("the answer is larger than 64 MiB");
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const { statusCode: status = 0, headers } = response;
  if (status < 200 || status > 299) return { answer: "failure", failure: failureOf(status, text, headers["retry-after"]) };
  const data: unknown = JSON.parse(text);
  if (typeof data !== "object" || data === null) throw new Error("the answer is no object");
  return { answer: "data", data: data as Readonly<Record<string, unknown>> };
}
