// The host's snapd: its REST API on /run/snapd.socket, by way of the connection that is open. Only asked; `snap` changes things.
import { type Agent, type IncomingMessage, request } from "node:http";
import { isRecord } from "../lib/json.ts";
import type { Endpoint, EndpointDriver, Endpoints } from "../model/ports/endpoint.ts";
import type { Session } from "../model/ports/shell.ts";
import type { SnapdReader, SnapSeen } from "../model/ports/snapd.ts";
import { ProblemError, problemOf } from "../model/problem.ts";
import { streamAgent } from "./docker/agent.ts";

const socket = "/run/snapd.socket";
const deadlineMs = 30_000;
const limit = 1_048_576;

/** The socket is open to everybody who only asks; where nothing is forwarded, socat relays. */
export const snapd: EndpointDriver<"snapd"> = { port: "snapd", start };

function start(): Endpoints<"snapd"> {
  const agents = new Map<string, Agent>();
  return {
    of: (host, session) => {
      const agent = agents.get(host.name) ?? agentOf(session);
      agents.set(host.name, agent);
      return endpointOf(host.name, agent);
    },
    close: async () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function agentOf(session: () => Promise<Session>): Agent {
  return streamAgent(async () => (await session()).dial({ socket, relay: ["socat", "-", `UNIX-CONNECT:${socket}`] }), 1);
}

function endpointOf(host: string, agent: Agent): Endpoint<"snapd"> {
  let asked = 0;
  const reader: SnapdReader = {
    snap: async (name) => {
      asked++;
      const { status, body } = await get(`/v2/snaps/${encodeURIComponent(name)}`, agent).catch((thrown: unknown) => refused(host, thrown));
      return status === 404 && kindOf(body) === "snap-not-found" ? null : snapIn(host, { status, body });
    },
  };
  const call = async () => ({ result: "failed" as const, output: "", exitStatus: 1, because: "snapd is changed by the snap command" });
  return { reader, call, requests: () => asked };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function get(path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ agent, path, host: "snapd", headers: { accept: "application/json" } }, (response) => {
      readAll(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    asking.setTimeout(deadlineMs, () => asking.destroy(new Error(`no answer within ${deadlineMs / 1000} s`)));
    asking.on("error", reject).end();
  });
}

async function readAll(response: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length > limit) throw new Error("the answer is too long");
  }
  return JSON.parse(text);
}

function resultIn(body: unknown): Readonly<Record<string, unknown>> {
  return isRecord(body) && isRecord(body["result"]) ? body["result"] : {};
}

function kindOf(body: unknown): unknown {
  return resultIn(body)["kind"];
}

const word = /^[A-Za-z0-9._/+~-]{1,128}$/;

function snapIn(host: string, { status, body }: Answer): SnapSeen {
  const result = resultIn(body);
  const [channel, version, revision] = [result["tracking-channel"] ?? result["channel"], result["version"], result["revision"]].map(String);
  if (status !== 200 || ![channel, version, revision].every((text) => text !== undefined && word.test(text)))
    throw new ProblemError({ code: "unknown", message: `asking snapd on ${host}: it answered ${status} and nothing that can be understood` });
  return { channel: channel ?? "", version: version ?? "", revision: revision ?? "", held: isForever(result["hold"]) };
}

// A hold without an end is one of centuries (snapd writes the year 2200 and later).
function isForever(hold: unknown): boolean {
  return typeof hold === "string" && Number.parseInt(hold, 10) > 2100;
}

function refused(host: string, thrown: unknown): never {
  if (thrown instanceof ProblemError) throw thrown;
  throw new ProblemError({ code: "unknown", message: `asking snapd on ${host}: ${problemOf(thrown).message}`, cause: thrown });
}
