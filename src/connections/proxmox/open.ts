// From what the inventory says of a cluster to a client: whom to ask, whom to trust, who asks.
import { isRecord } from "../../lib/json.ts";
import type { EndpointRun } from "../../model/ports/endpoint.ts";
import type { ProxmoxCluster, ProxmoxNode } from "../../model/ports/proxmox.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Api } from "../../model/step.ts";
import { type Client, openClient } from "./client.ts";
import { byPassword, byToken, type Login } from "./login.ts";
import type { Server } from "./socket.ts";

const requestMs = 60_000;
const connectMs = 10_000;
/** pveproxy runs three workers. */
const requestsAtOnce = 4;

export interface Clock {
  monotonicMs(): number;
}

/** Connects to nothing yet. Throws ProblemError: input, trust, missing. */
export async function openCluster(cluster: ProxmoxCluster, { connect, secret }: EndpointRun, clock: Clock): Promise<Client> {
  const servers = [serverOf(cluster, cluster.ca), ...(cluster.also ?? []).map((node) => serverOf(node, cluster.ca))] as const;
  const login = await loginOf(cluster, { secret, clock });
  const { connectTimeoutMs = connectMs, log } = connect;
  return openClient({ servers, login, timeoutMs: requestMs, connectTimeoutMs, atOnce: requestsAtOnce, ...(log === undefined ? {} : { log }) });
}

/** The cluster that a step is for. */
export function clusterOf({ to, title }: Api): ProxmoxCluster {
  if (isRecord(to) && typeof to["server"] === "string" && (isRecord(to["token"]) || isRecord(to["password"]))) return to as unknown as ProxmoxCluster;
  throw new ProblemError({ code: "internal", message: `${title}: the step names no cluster` });
}

/** A cluster's name among those of a run: whoever asks it with the same rights shares its connections. */
export function clusterKey(cluster: ProxmoxCluster): string {
  return JSON.stringify([cluster.server, ownerOf(cluster), cluster.fingerprint, cluster.ca]);
}

/** Who owns the limits: one token belongs to one cluster, whichever of its nodes is asked; a password may be the same on many. */
export function limitsKey(cluster: ProxmoxCluster): string {
  return "token" in cluster ? cluster.token.secret : clusterKey(cluster);
}

function ownerOf(cluster: ProxmoxCluster): readonly string[] {
  return "token" in cluster ? [cluster.token.secret] : [cluster.user, cluster.password.secret];
}

interface LoggingIn {
  readonly secret: EndpointRun["secret"];
  readonly clock: Clock;
}

async function loginOf(cluster: ProxmoxCluster, { secret, clock }: LoggingIn): Promise<Login> {
  if ("token" in cluster) return byToken(await tokenOf(cluster.token.secret, secret));
  const { user, password } = cluster;
  if (!/^[^@!=\s]+@[^@!=\s]+$/.test(user))
    throw new ProblemError({ code: "input", message: `"${user}" is no user of Proxmox`, hint: "it is NAME@REALM, such as root@pam" });
  return byPassword({ user, password: await secret(password.secret), monotonicMs: clock.monotonicMs });
}

async function tokenOf(name: string, secret: EndpointRun["secret"]): Promise<string> {
  const token = await secret(name);
  if (/^[^@!=\s]+@[^@!=\s]+![^!=\s]+=[0-9a-fA-F-]{36}$/.test(token)) return token;
  const message = `the secret ${name} is no Proxmox API token`;
  throw new ProblemError({ code: "input", message, hint: "it is USER@REALM!NAME=UUID: pveum user token add USER@REALM NAME --privsep 0" });
}

/** Where a node is dialled. */
export function addressOf({ server }: Pick<ProxmoxNode, "server">): Pick<Server, "host" | "port"> {
  const [, host = server, port = "8006"] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(server) ?? [];
  return { host, port: Number(port) };
}

/** A node as it is dialled. Throws ProblemError (trust) when nothing says how to recognise it. */
export function serverOf({ server, fingerprint }: ProxmoxNode, ca: string | undefined): Server {
  const trust = fingerprint !== undefined ? { fingerprint } : ca !== undefined ? { ca } : undefined;
  if (trust !== undefined) return { ...addressOf({ server }), trust };
  throw new ProblemError({
    code: "trust",
    message: `nothing says how to recognise the Proxmox node ${server}`,
    hint: "pin its certificate as proxmox.fingerprint (on the node: openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem), or give the cluster's CA as proxmox.ca",
  });
}
