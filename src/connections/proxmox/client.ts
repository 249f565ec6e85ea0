// Requests to the Proxmox API: verified TLS, a login, typed failures, and never the same POST twice.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { semaphore } from "../../lib/semaphore.ts";
import { makeTogether, type Together } from "../../lib/together.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import { type Failure, wordsOf } from "./failure.ts";
import type { Login } from "./login.ts";
import { otherNodes } from "./others.ts";
import { type Answer, type Asked, asked, type Method, type Params } from "./request.ts";
import type { Server } from "./socket.ts";
import { type Sent, uploadOf } from "./upload.ts";
import { openWay } from "./way.ts";

export type { Answer, Method, Params } from "./request.ts";

export interface ClientOptions {
  /** The first is asked; the others where it does not answer. */
  readonly servers: readonly [Server, ...Server[]];
  readonly login: Login;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Requests at once; pveproxy has three workers. */
  readonly atOnce: number;
  /** Says what happens, for `-vv`. */
  log?(line: string): void;
}

/** One cluster's API. */
export interface Client {
  /** What came back. "lost": the connection broke, and nobody knows whether it was done. Throws ProblemError when it was not sent: trust, unreachable, privilege. */
  ask(method: Method, path: string, params?: Params): Promise<Answer>;
  /** Sends a file of this machine; else as `ask` with POST. Throws ProblemError (missing) when there is no such file. */
  upload(path: string, sent: Sent): Promise<Answer>;
  /** For questions that several ask at the same moment. */
  readonly together: Together;
  /** Those that were sent again are counted again. */
  requests(): number;
  /** The node that answered last. */
  server(): Server;
  close(): void;
}

/** A lock that somebody else holds for a moment; Proxmox waits one second for it itself. */
const lockRetries = [500, 1000, 2000, 4000, 8000];

export function openClient({ servers, login, timeoutMs, connectTimeoutMs, atOnce, log }: ClientOptions): Client {
  const way = openWay({ servers, connectTimeoutMs, ...(log === undefined ? {} : { log }) });
  const slots = semaphore(atOnce);
  const sent = (what: Asked, headers: Readonly<Record<string, string>>): Promise<Answer> => way.send(what, { headers, timeoutMs });
  const plain = (method: Method, path: string, params: Params): Promise<Answer> => sent(asked(method, path, params), {});

  // A login that was refused did nothing, so it is safe to ask again with a new one.
  async function once(what: Asked): Promise<Answer> {
    const headers = await login.headers(what.method, plain);
    const answer = await sent(what, headers);
    if (!isLogin(answer) || !login.refused(headers)) return answer;
    return sent(what, await login.headers(what.method, plain));
  }

  // When a node falls silent it is too late to ask it for the others, and what is begun must be seen to its end.
  let others: Promise<void> | undefined;
  function learnt(): Promise<void> {
    others ??= otherNodes({ ask }, way.current()).then(way.add);
    return others;
  }

  // A refused lock was refused before anything was done, so asking again does nothing twice.
  async function ask(method: Method, path: string, params: Params = {}): Promise<Answer> {
    if (method !== "GET") await learnt();
    const what = asked(method, path, params);
    for (const wait of lockRetries) {
      const answer = await slots.with(() => once(what));
      if (!("failure" in answer) || answer.failure.kind !== "busy") return answer;
      await sleep(wait);
    }
    return slots.with(() => once(what));
  }

  async function upload(path: string, sent: Sent): Promise<Answer> {
    await learnt();
    const what: Asked = { method: "POST", path, upload: await uploadOf(sent, `hlx-${randomUUID()}`) };
    return slots.with(() => once(what));
  }
  return { ask, upload, together: makeTogether(), requests: way.requests, server: way.current, close: way.close };
}

function isLogin(answer: Answer): boolean {
  return "failure" in answer && answer.failure.kind === "login";
}

/** The data, or undefined where there is no such thing. Throws ProblemError for every other failure; `doing` is what was being done. */
export function dataOf(answer: Answer, doing: string): unknown {
  if ("data" in answer) return answer.data;
  if ("lost" in answer) throw new ProblemError({ code: "unreachable", message: `${doing}: ${answer.lost}` });
  if (answer.failure.kind === "absent") return undefined;
  throw new ProblemError(problemOfFailure(answer.failure, doing));
}

/** A failure as a problem, with the next move where there is one. */
export function problemOfFailure(failure: Failure, doing: string): Problem {
  const message = `${doing}: ${wordsOf(failure)}`;
  switch (failure.kind) {
    case "login":
      return { code: "privilege", message, hint: "the token is USER@REALM!NAME=UUID, as pveum user token add printed it" };
    case "denied":
      return { code: "privilege", message, hint: deniedHint(failure.text) };
    case "unreachable":
      return { code: "unreachable", message };
    case "taken":
      return { code: "failed", message, hint: "somebody took the number after this was planned: plan again, and it says who has it" };
    case "busy":
      return { code: "failed", message, hint: "something else held the lock for longer than hlx waits: apply again" };
    default:
      return { code: "failed", message };
  }
}

// `Permission check failed (/vms/100, VM.Audit)`: the path and any one of the privileges.
function deniedHint(text: string): string {
  const [, path, privileges] = /\(([^,()]+), ([A-Za-z.|]+)\)/.exec(text) ?? [];
  if (path === undefined || privileges === undefined) return "a token with privilege separation has only the rights that an ACL gives to the token itself";
  return `give the token's role ${privileges.split("|")[0]}: pveum role modify ROLE --append --privs ${privileges.split("|")[0]}; pveum acl modify ${path} --tokens 'TOKEN' --roles ROLE`;
}
