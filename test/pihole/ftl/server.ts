/**
 * A double of Pi-hole's FTL 6.4.1 as far as hlx uses its API: every verified behaviour, the wrong successes included.
 * Not covered: what most settings do, DNS itself, DHCP leases, statistics, teleporter, TLS, the sliding end of a session,
 * TOTP as a function of time (one code, good once), most of FTL's validation, and refused connections while it is gone (they are reset).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gravity } from "./action.ts";
import { type Answer, type Asked, json, notFound, refused } from "./answer.ts";
import { auth, sessionOf } from "./auth.ts";
import { config } from "./config.ts";
import { tables } from "./tables.ts";
import { type Fault, type FtlOptions, type FtlWorld, makeWorld } from "./world.ts";

export interface Ftl {
  readonly port: number;
  readonly world: FtlWorld;
  /** Everything that was answered to a request that is no GET, logins left out. */
  writes(): readonly string[];
  /** Something goes wrong once. */
  fault(fault: Fault): void;
  stop(): Promise<void>;
}

/** Starts a double on a free port of 127.0.0.1. */
export async function startFtl(options: FtlOptions = {}): Promise<Ftl> {
  const world = makeWorld(options);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void serve({ request, response, sockets, world }).catch(() => request.socket.destroy()));
  server.on("connection", (socket: Socket) => {
    if (world.phase === "gone") return void socket.resetAndDestroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    world,
    writes: () => world.written.map(({ method, path }) => `${method} ${path}`),
    fault: (fault) => void world.faults.push(fault),
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

interface Serving {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly sockets: ReadonlySet<Socket>;
  readonly world: FtlWorld;
}

const bodyLimit = 65_536;

async function serve({ request, response, sockets, world }: Serving): Promise<void> {
  const text = await bodyOf(request);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://pi.hole");
  const sort = `${request.method} ${pathname}`;
  world.requests.push(sort);
  const fault = takeFault(sort, world);
  if (fault?.fault === "cut") return void request.socket.resetAndDestroy();
  const asked = askedOf(request, { pathname, query: searchParams, text });
  const { answer, restart } = fault?.fault === "answer" ? told(fault) : await answerTo(asked, { text, world });
  if (request.method !== "GET" && asked.path[0] !== "auth")
    world.written.push({ method: asked.method, path: pathname, body: asked.body, status: answer.status });
  if (restart) void startAnew(sockets, world);
  if (fault?.fault === "lose-reply") return void request.socket.resetAndDestroy();
  send(answer, { request, response });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function takeFault(sort: string, world: FtlWorld): Fault | undefined {
  const index = world.faults.findIndex(({ to }) => sort.startsWith(to));
  return index < 0 ? undefined : world.faults.splice(index, 1)[0];
}

function told({ status, text }: Extract<Fault, { fault: "answer" }>): Handled {
  return { answer: status === 200 ? { status, stream: [text] } : refused(status, ["internal_error", text]), restart: false };
}

function askedOf(request: IncomingMessage, { pathname, query, text }: { pathname: string; query: URLSearchParams; text: string }): Asked {
  const path = pathname
    .replace(/^\/api\/?/, "")
    .split("/")
    .map(decodeURIComponent);
  return { method: request.method ?? "GET", path, query, headers: request.headers, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return text === "" || text.length > bodyLimit ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Handled {
  readonly answer: Answer;
  readonly restart: boolean;
}

async function answerTo(asked: Asked, { text, world }: { readonly text: string; readonly world: FtlWorld }): Promise<Handled> {
  const [first, second] = asked.path;
  const session = sessionOf(asked, world);
  if (first === "info" && second === "login") return settled(json(200, { https_port: 443, dns: true }));
  if (first === "auth") return settled(auth(asked, world));
  if (session === undefined) return settled(refused(401, ["unauthorized", "Unauthorized"]));
  if (text.length > bodyLimit) return settled(refused(400, ["bad_request", "No request body data"]));
  if (text !== "" && asked.body === undefined) return settled(refused(400, ["bad_request", "Invalid request body data (no valid JSON)"], "line 1"));
  if (first === "config") return config(asked, world, session);
  if (first === "info" && second === "ftl") return settled(json(200, { ftl: { pid: 77, uptime: Date.now() - world.startedAt } }));
  if (first === "stats" && second === "summary") return settled(json(200, { gravity: { domains_being_blocked: 0, last_update: world.gravityAt } }));
  if (first === "action" && second === "gravity" && asked.method === "POST") return settled(await gravity(world));
  return settled(tables(asked, world));
}

function settled(answer: Answer): Handled {
  return { answer: answer ?? notFound, restart: false };
}

// The old process goes on answering, then all connections are cut, then a new one with the same sessions is there.
async function startAnew(sockets: ReadonlySet<Socket>, world: FtlWorld): Promise<void> {
  const { answers, gone } = world.options.restartMs ?? { answers: 250, gone: 300 };
  await sleep(answers, undefined, { ref: false });
  world.phase = "gone";
  for (const socket of sockets) socket.resetAndDestroy();
  await sleep(gone, undefined, { ref: false });
  world.startedAt = Date.now();
  world.phase = "up";
}

function send(answer: Answer, { request, response }: Pick<Serving, "request" | "response">): void {
  if ("stream" in answer) {
    response.writeHead(answer.status, { "content-type": "text/plain" });
    for (const chunk of answer.stream) response.write(chunk);
    response.end();
    request.socket.write('{"took":0.5}'); // after the last chunk, where nothing may be
    return;
  }
  if (answer.json === undefined) return void response.writeHead(answer.status).end();
  response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer.json));
}
