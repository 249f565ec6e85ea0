// Requests to the Proxmox API: verified TLS, a token, typed failures, and never the same POST twice.
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { semaphore } from "../../lib/semaphore.ts";
import { ProblemError } from "../../model/problem.ts";
import { type Failure, failureOf, wordsOf } from "./failure.ts";
import { agentFor, type Server } from "./socket.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";
export type Params = Readonly<Record<string, unknown>>;

export type Answer = { readonly data: unknown } | { readonly failure: Failure } | { readonly lost: string };

export interface ClientOptions {
  readonly server: Server;
  /** `USER@REALM!NAME=UUID`. */
  readonly token: string;
  readonly timeoutMs: number;
  /** Requests at once; pveproxy has three workers. */
  readonly atOnce: number;
}

/** One node's API. */
export interface Client {
  /** What came back. "lost": the connection broke, and nobody knows whether it was done. Throws ProblemError when it was not sent: trust, unreachable. */
  ask(method: Method, path: string, params?: Params): Promise<Answer>;
  requests(): number;
  close(): void;
}

/** A lock that somebody else holds for a moment; Proxmox waits one second for it itself. */
const lockRetries = [500, 1000, 2000, 4000, 8000];
/** The largest answer that is read, in bytes. */
const largest = 16 * 1024 * 1024;

export function openClient({ server, token, timeoutMs, atOnce }: ClientOptions): Client {
  const agent = agentFor(server, timeoutMs);
  const slots = semaphore(atOnce);
  let count = 0;
  const once = (method: Method, path: string, params: Params): Promise<Answer> =>
    slots.with(() => {
      count += 1;
      return send({ server, agent, token, timeoutMs }, method, withParams(method, path, params));
    });

  // A refused lock was refused before anything was done, so asking again does nothing twice.
  async function ask(method: Method, path: string, params: Params = {}): Promise<Answer> {
    for (const wait of lockRetries) {
      const answer = await once(method, path, params);
      if (!("failure" in answer) || answer.failure.kind !== "busy") return answer;
      await sleep(wait);
    }
    return once(method, path, params);
  }
  return { ask, requests: () => count, close: () => agent.destroy() };
}

/** The data, or undefined where there is no such thing. Throws ProblemError for every other failure; `doing` is what was being done. */
export function dataOf(answer: Answer, doing: string): unknown {
  if ("data" in answer) return answer.data;
  if ("lost" in answer) throw new ProblemError({ code: "unreachable", message: `${doing}: ${answer.lost}` });
  if (answer.failure.kind === "absent") return undefined;
  throw new ProblemError(problemOfFailure(answer.failure, doing));
}

/** A failure as a problem, with the next move where there is one. */
export function problemOfFailure(failure: Failure, doing: string) {
  const message = `${doing}: ${wordsOf(failure)}`;
  switch (failure.kind) {
    case "login":
      return { code: "privilege" as const, message, hint: "the token is USER@REALM!NAME=UUID, as pveum user token add printed it" };
    case "denied":
      return { code: "privilege" as const, message, hint: deniedHint(failure.text) };
    case "unreachable":
      return { code: "unreachable" as const, message };
    default:
      return { code: "failed" as const, message };
  }
}

// `Permission check failed (/vms/100, VM.Audit|VM.Config.Disk)`: the path and any one of the privileges.
function deniedHint(text: string): string {
  const [, path, privileges] = /\(([^,()]+), ([A-Za-z.|]+)\)/.exec(text) ?? [];
  if (path === undefined || privileges === undefined) return "a token with privilege separation has only the rights that an ACL gives to the token itself";
  return `give the token's role ${privileges.split("|")[0]}: pveum role modify ROLE --append --privs ${privileges.split("|")[0]}; pveum acl modify ${path} --tokens 'TOKEN' --roles ROLE`;
}

interface Sending extends Omit<ClientOptions, "atOnce"> {
  readonly agent: ReturnType<typeof agentFor>;
}

interface Asked {
  readonly path: string;
  readonly form?: string;
}

// Booleans are 1 and 0 only; lists are repeated.
function withParams(method: Method, path: string, params: Params): Asked {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === undefined ? [] : [[name, wordOf(one)] satisfies [string, string]])),
  );
  const text = new URLSearchParams(pairs).toString();
  if (text === "") return { path };
  return method === "POST" || method === "PUT" ? { path, form: text } : { path: `${path}?${text}` };
}

function wordOf(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

function send({ server, agent, token, timeoutMs }: Sending, method: Method, { path, form }: Asked): Promise<Answer> {
  const headers = { Authorization: `PVEAPIToken=${token}`, ...(form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" }) };
  return new Promise((resolve, reject) => {
    let written = false;
    const sent = request({ agent, host: server.host, port: server.port, method, path: `/api2/json${path}`, headers, timeout: timeoutMs });
    sent.once("socket", () => {
      written = true;
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.once("error", (error) => (error instanceof ProblemError || !written ? reject(error) : resolve({ lost: `${method} ${path}: ${error.message}` })));
    sent.once("response", (response) => void read(response).then(resolve, (error: Error) => resolve({ lost: `${method} ${path}: ${error.message}` })));
    sent.end(form);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > largest) throw new Error("the answer is larger than 16 MiB");
    chunks.push(chunk as Buffer);
  }
  const { statusCode: status = 0, statusMessage = "" } = response;
  const body = parsed(Buffer.concat(chunks).toString("utf8"));
  if (status < 200 || status > 299) return { failure: failureOf(status, statusMessage, body) };
  return { data: typeof body === "object" && body !== null && "data" in body ? body.data : undefined };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
