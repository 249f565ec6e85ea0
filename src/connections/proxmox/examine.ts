// What can be wrong between hlx and a Proxmox cluster: the way to it, its certificate, the login, the privileges. Changes nothing.
import type { TLSSocket } from "node:tls";
import { isRecord } from "../../lib/json.ts";
import type { EndpointRun } from "../../model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import { type Problem, problemOf } from "../../model/problem.ts";
import { type Client, dataOf } from "./client.ts";
import { addressOf, type Clock, openCluster, serverOf } from "./open.ts";
import { otherNodes } from "./others.ts";
import { granting, missingOf, type Needed, neededPrivileges } from "./privileges.ts";
import { dial, fingerprintOf, shownBy } from "./socket.ts";

/** What was found, in the order of the way in. A step that fails ends it. */
export type ProxmoxFinding =
  | { readonly about: "certificate"; readonly fingerprint: string; readonly until: Date }
  | { readonly about: "api"; readonly version: string; readonly login: string }
  | { readonly about: "privileges"; readonly missing: readonly Needed[]; readonly grant: string }
  | { readonly about: "nodes"; readonly others: readonly { readonly server: string; readonly fingerprint?: string }[] }
  | { readonly about: "problem"; readonly at: "certificate" | "api"; readonly problem: Problem };

/** Looks at one cluster as this run would. Never throws. */
export async function examineProxmox(cluster: ProxmoxCluster, run: EndpointRun, clock: Clock): Promise<readonly ProxmoxFinding[]> {
  const certificate = await certificateOf(cluster, run).catch((thrown: unknown) => showing(cluster, run, problemAt("certificate", thrown)));
  if (certificate.about === "problem") return [certificate];
  let client: Client | undefined;
  try {
    client = await openCluster(cluster, run, clock);
    return [certificate, ...(await examineApi(client, await loginOf(cluster, run)))];
  } catch (thrown) {
    return [certificate, problemAt("api", thrown)];
  } finally {
    client?.close();
  }
}

async function certificateOf(cluster: ProxmoxCluster, { connect }: EndpointRun): Promise<ProxmoxFinding> {
  const socket: TLSSocket = await dial(serverOf(cluster, cluster.ca), connect.connectTimeoutMs);
  const [fingerprint, until] = [fingerprintOf(socket), new Date(socket.getPeerCertificate().valid_to)];
  socket.destroy();
  return { about: "certificate", fingerprint, until };
}

// Where nothing says how to recognise it, what it shows is told, to be compared: nothing is sent to it.
async function showing(cluster: ProxmoxCluster, { connect }: EndpointRun, finding: Extract<ProxmoxFinding, { about: "problem" }>): Promise<ProxmoxFinding> {
  if (cluster.ca !== undefined || cluster.fingerprint !== undefined) return finding;
  const { host, port } = addressOf(cluster);
  const shown = await shownBy({ host, port }, connect.connectTimeoutMs).catch(() => undefined);
  if (shown === undefined) return finding;
  const message = `${finding.problem.message}: it shows ${shown}`;
  return { ...finding, problem: { ...finding.problem, message, hint: `compare that first; ${finding.problem.hint ?? ""}` } };
}

async function examineApi(client: Client, login: string): Promise<readonly ProxmoxFinding[]> {
  const answer = dataOf(await client.ask("GET", "/version"), "asking for the version");
  const version = isRecord(answer) && typeof answer["version"] === "string" ? answer["version"] : undefined;
  if (version === undefined) return [{ about: "problem", at: "api", problem: notProxmox(client) }];
  const needed = neededPrivileges(version);
  const has = await grantedAt(client, [...new Set(needed.map(({ path }) => path))]);
  const missing = missingOf(needed, has);
  const others = await otherNodes(client, client.server());
  return [
    { about: "api", version, login },
    { about: "privileges", missing, grant: missing.length === 0 ? "" : granting(missing, { login, has }) },
    { about: "nodes", others: others.map(({ host, port, trust }) => ({ server: `${host}:${port}`, ...("fingerprint" in trust ? trust : {}) })) },
  ];
}

// Who asks may always know its own privileges, also one that has none.
async function grantedAt(client: Client, paths: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const answers = paths.map(async (path): Promise<[string, readonly string[]]> => {
    const data = dataOf(await client.ask("GET", "/access/permissions", { path }), `asking for the privileges on ${path}`);
    const here = isRecord(data) ? data[path] : undefined;
    return [path, isRecord(here) ? Object.keys(here) : []];
  });
  return new Map(await Promise.all(answers));
}

// The name of a token is no secret; what stands behind its "=" is.
async function loginOf(cluster: ProxmoxCluster, { secret }: EndpointRun): Promise<string> {
  return "token" in cluster ? ((await secret(cluster.token.secret)).split("=")[0] ?? "") : cluster.user;
}

function notProxmox(client: Client): Problem {
  const { host, port } = client.server();
  return { code: "unreachable", message: `what answers at ${host}:${port} is not the Proxmox API`, hint: "the API's port is 8006 (proxmox.port)" };
}

function problemAt(at: "certificate" | "api", thrown: unknown): Extract<ProxmoxFinding, { about: "problem" }> {
  return { about: "problem", at, problem: problemOf(thrown) };
}
