// The way to Proxmox clusters: one client a cluster and run, shared by all guests.
import { isRecord } from "../lib/json.ts";
import type { Endpoint, EndpointDriver, EndpointRun, Endpoints } from "../model/ports/endpoint.ts";
import type { ProxmoxCluster, ProxmoxReader } from "../model/ports/proxmox.ts";
import type { WriteOptions } from "../model/ports/shell.ts";
import { ProblemError } from "../model/problem.ts";
import type { Api, StepResult } from "../model/step.ts";
import { filled } from "./filled.ts";
import { type Client, type Method, openClient, type Params, problemOfFailure } from "./proxmox/client.ts";
import { wordsOf } from "./proxmox/failure.ts";
import { lookAtGuest, typedPaths } from "./proxmox/guests.ts";
import type { Server } from "./proxmox/socket.ts";
import { awaitTask, taskOf } from "./proxmox/task.ts";

const defaultDeadlineMs = 1_800_000;
const requestMs = 60_000;
/** pveproxy runs three workers, and a storage takes its lock for each allocation. */
const requestsAtOnce = 4;

export const proxmox: EndpointDriver<"proxmox"> = { port: "proxmox", start };

interface Open {
  readonly client: Client;
  readonly asking: Map<number, ReturnType<typeof lookAtGuest>>;
}

function start(run: EndpointRun): Endpoints<"proxmox"> {
  const clusters = new Map<string, Promise<Open>>();

  function clusterAt(cluster: ProxmoxCluster): Promise<Open> {
    const key = JSON.stringify([cluster.server, cluster.token.secret, cluster.fingerprint, cluster.ca]);
    const known = clusters.get(key) ?? open(cluster, run);
    clusters.set(key, known);
    return known;
  }

  const reader: ProxmoxReader = {
    guest: async (cluster, id) => {
      const { client, asking } = await clusterAt(cluster);
      const asked = asking.get(id) ?? typedPaths(client).then(({ api }) => lookAtGuest(client, api, id));
      asking.set(id, asked);
      return asked.finally(() => asking.delete(id));
    },
  };
  const endpoint: Endpoint<"proxmox"> = {
    reader,
    call: async (step, options) => callOn((await clusterAt(clusterOf(step))).client, step, options),
    requests: () => 0,
  };
  return {
    of: () => endpoint,
    close: async () => {
      for (const settled of await Promise.allSettled(clusters.values())) if (settled.status === "fulfilled") settled.value.client.close();
    },
  };
}

async function open(cluster: ProxmoxCluster, run: EndpointRun): Promise<Open> {
  const token = await run.secret(cluster.token.secret);
  if (!/^[^@!=\s]+@[^@!=\s]+![^!=\s]+=[0-9a-fA-F-]{36}$/.test(token)) {
    const message = `the secret ${cluster.token.secret} is no Proxmox API token`;
    throw new ProblemError({ code: "input", message, hint: "it is USER@REALM!NAME=UUID: pveum user token add USER@REALM NAME --privsep 0" });
  }
  return { client: openClient({ server: serverOf(cluster), token, timeoutMs: requestMs, atOnce: requestsAtOnce }), asking: new Map() };
}

function serverOf({ server, fingerprint, ca }: ProxmoxCluster): Server {
  const [, host = server, port = "8006"] = /^(.*?)(?::(\d+))?$/.exec(server) ?? [];
  const trust = fingerprint !== undefined ? { fingerprint } : ca !== undefined ? { ca } : undefined;
  if (trust === undefined)
    throw new ProblemError({
      code: "trust",
      message: `nothing says how to recognise the Proxmox node ${server}`,
      hint: "pin its certificate as proxmox.fingerprint (on the node: openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem), or give the cluster's CA as proxmox.ca",
    });
  return { host, port: Number(port), trust };
}

function clusterOf({ to, title }: Api): ProxmoxCluster {
  if (isRecord(to) && typeof to["server"] === "string" && isRecord(to["token"])) return to as unknown as ProxmoxCluster;
  throw new ProblemError({ code: "internal", message: `${title}: the step names no cluster` });
}

/** One request and the task that it starts. What was sent and not answered is unknown: it is looked at again, never sent again. */
async function callOn(client: Client, step: Api, options: WriteOptions): Promise<StepResult> {
  const answer = await client.ask(step.method as Method, step.path, filled(step.body ?? {}, options.reveal) as Params);
  if ("lost" in answer) return { result: "unknown", because: `${step.title}: ${answer.lost}` };
  if ("failure" in answer) return failed(step, problemOfFailure(answer.failure, step.title));
  const task = taskOf(answer.data);
  if (task === undefined) return { result: "done", output: "" };
  const lines: string[] = [];
  const onOutput = (line: string): void => {
    lines.push(line);
    options.onOutput?.(line);
  };
  const ended = await awaitTask(client, task, { deadlineMs: step.deadlineMs ?? defaultDeadlineMs, monotonicMs: () => performance.now(), onOutput });
  if ("lost" in ended) return { result: "unknown", because: `${step.title}: ${ended.lost}` };
  const output = lines.join("\n").slice(-65_536);
  return "failure" in ended ? { ...failed(step, { message: `${step.title}: ${wordsOf(ended.failure)}` }), output } : { result: "done", output };
}

function failed({ title }: Api, { message, hint }: { readonly message: string; readonly hint?: string }): Extract<StepResult, { result: "failed" }> {
  return {
    result: "failed",
    output: hint === undefined ? "" : `hint: ${hint}`,
    exitStatus: -1,
    because: message.startsWith(title) ? message : `${title}: ${message}`,
  };
}
