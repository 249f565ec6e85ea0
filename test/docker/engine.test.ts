// The Docker port over a double of an engine: one burst, at most four streams, the environment's DOCKER_* ignored, failures told apart.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { dockerDriver } from "../../src/connections/docker.ts";
import type { Endpoint, EndpointRun } from "../../src/model/ports/endpoint.ts";
import type { Session } from "../../src/model/ports/shell.ts";
import { ProblemError, problemOf } from "../../src/model/problem.ts";

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Double {
  readonly endpoint: Endpoint<"docker">;
  readonly paths: string[];
  readonly dialled: () => number;
  /** Closes what is open and idle. */
  restart(): void;
}

async function double(
  answer: (path: string, response: ServerResponse, headers: IncomingMessage["headers"]) => void,
  dial?: (port: number) => Promise<Duplex>,
): Promise<Double> {
  const paths: string[] = [];
  let dialled = 0;
  const server: Server = createServer((request: IncomingMessage, response) => {
    paths.push(request.url ?? "");
    response.setHeader("content-type", "application/json");
    answer(request.url ?? "", response, request.headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const session = {
    dial: async () => {
      dialled++;
      return dial === undefined ? connect(port, "127.0.0.1") : dial(port);
    },
  } as unknown as Session;
  const endpoints = dockerDriver.start({} as EndpointRun);
  closing.push(() => {
    void endpoints.close();
    server.closeAllConnections();
    server.close();
  });
  const host = { name: "ocean" } as Parameters<typeof endpoints.of>[0];
  return { endpoint: endpoints.of(host, async () => session), paths, dialled: () => dialled, restart: () => server.closeIdleConnections() };
}

const step = { do: "api", via: "docker", title: "make a network", method: "POST", path: "/networks/create", body: { Name: "x" } } as const;
const options = { reveal: () => "" };

test("many probes at once are one list, one inspect each, and at most four streams", async () => {
  const { endpoint, paths, dialled } = await double((path, response) => {
    setTimeout(() => response.end(path.startsWith("/containers/json") ? "[]" : JSON.stringify({ Id: path })), 20);
  });
  await Promise.all(Array.from({ length: 40 }, async (_, index) => [await endpoint.reader.containers(), await endpoint.reader.container(`c${index % 10}`)]));
  expect(paths.filter((path) => path.startsWith("/containers/json"))).toHaveLength(1);
  expect(paths).toHaveLength(11);
  expect(endpoint.requests()).toBe(11);
  expect(dialled()).toBeLessThanOrEqual(4);
});

test("a stream of a connection that was cut is not used again, though ssh2 does not call it destroyed", async () => {
  const streams: Socket[] = [];
  const { endpoint, dialled } = await double(
    (_, response) => response.end("[]"),
    async (port) => {
      const stream = Object.defineProperty(connect(port, "127.0.0.1"), "destroyed", { value: false, configurable: true });
      streams.push(stream);
      return stream;
    },
  );
  expect(await endpoint.reader.containers()).toEqual([]);
  streams[0]?.removeAllListeners("data").emit("close", false);
  streams[0]?.pause();
  expect(await endpoint.reader.containers()).toEqual([]);
  expect(dialled()).toBe(2);
});

// A channel of an SSH connection: what the other side has closed is still open from here.
function relayed(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => void socket.write(chunk, () => done()),
    final: (done) => void socket.end(done),
  });
  socket.on("data", (chunk: Buffer) => void stream.push(chunk));
  socket.on("end", () => void stream.push(null));
  return stream;
}

test("an engine that was restarted has closed what was kept open: the next question goes over a new stream", async () => {
  const streams: Duplex[] = [];
  const { endpoint, dialled, restart } = await double(
    (_, response) => response.end("[]"),
    async (port) => {
      const stream = relayed(connect(port, "127.0.0.1"));
      streams.push(stream);
      return stream;
    },
  );
  expect(await endpoint.reader.containers()).toEqual([]);
  const ended = new Promise((resolve) => streams[0]?.once("end", () => setImmediate(resolve)));
  restart();
  await ended;
  expect(await endpoint.reader.containers()).toEqual([]);
  expect(dialled()).toBe(2);
});

test("what is not there is undefined", async () => {
  const { endpoint } = await double((_, response) => response.writeHead(404).end('{"message":"No such container"}'));
  expect([await endpoint.reader.container("x"), await endpoint.reader.image("x:1")]).toEqual([undefined, undefined]);
});

test("the environment's DOCKER_* are about another engine", async () => {
  const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env;
  Object.assign(process.env, { DOCKER_HOST: "ssh://nobody@nowhere", DOCKER_CERT_PATH: "/nowhere" });
  try {
    const { endpoint } = await double((_, response) => response.end('[{"Id":"1"}]'));
    expect(await endpoint.reader.containers()).toEqual([{ Id: "1" }]);
  } finally {
    process.env["DOCKER_HOST"] = DOCKER_HOST;
    process.env["DOCKER_CERT_PATH"] = DOCKER_CERT_PATH;
    if (DOCKER_HOST === undefined) delete process.env["DOCKER_HOST"];
    if (DOCKER_CERT_PATH === undefined) delete process.env["DOCKER_CERT_PATH"];
  }
});

test.each([
  ["no engine on the host", new ProblemError({ code: "missing", message: "there is no docker" }), "missing"],
  ["a socket that may not be opened", new Error("dial unix /var/run/docker.sock: permission denied"), "privilege"],
  ["an engine that is stopped", new Error("Cannot connect to the Docker daemon. Is the docker daemon running?"), "silent"],
  ["a connection that is lost", new Error("read ECONNRESET"), "unknown"],
])("%s is told apart", async (_, thrown, code) => {
  const { endpoint } = await double(
    () => undefined,
    () => Promise.reject(thrown),
  );
  const problem = await endpoint.reader.containers().catch(problemOf);
  expect(problem).toMatchObject({ code });
});

test("a registry is asked with the login that is given, and a refusal is told from silence", async () => {
  const logins: unknown[] = [];
  const { endpoint } = await double((path, response, { "x-registry-auth": login }) => {
    logins.push(login === undefined ? undefined : JSON.parse(Buffer.from(String(login), "base64url").toString()));
    if (path.includes("basic")) return response.writeHead(500).end('{"message":"Get https://reg.home/v2/basic: no basic auth credentials"}');
    if (path.includes("gone")) return response.writeHead(500).end('{"message":"lookup: no such host"}');
    return login === undefined ? response.writeHead(401).end('{"message":"unauthorized"}') : response.end('{"Descriptor":{"digest":"sha256:1"}}');
  });
  const login = { username: "ops", password: "pä+/ss" };
  expect(await endpoint.reader.atRegistry("reg.home/app:1", undefined)).toEqual({ says: "refused" });
  expect(await endpoint.reader.atRegistry("reg.home/app:1", login)).toEqual({ says: "digest", digest: "sha256:1" });
  expect(await endpoint.reader.atRegistry("reg.home/gone:1", login)).toEqual({ says: "nothing" });
  expect(logins).toEqual([undefined, login, login]);
  expect(await endpoint.reader.atRegistry("reg.home/basic:1", undefined)).toEqual({ says: "refused" });
});

test("a change that the engine refuses has failed; one that is cut off is unknown, and is sent once", async () => {
  const refusing = await double((_, response) => response.writeHead(409).end('{"message":"network with name x already exists"}'));
  expect(await refusing.endpoint.call(step, options)).toMatchObject({ result: "failed", because: expect.stringContaining("already exists") });
  const cut = await double((_, response) => void response.destroy());
  expect(await cut.endpoint.call(step, options)).toMatchObject({ result: "unknown" });
  expect(cut.paths).toHaveLength(1);
  const fine = await double((_, response) => response.writeHead(201).end('{"Id":"1"}'));
  expect(await fine.endpoint.call(step, options)).toMatchObject({ result: "done" });
});
