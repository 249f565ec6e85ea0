// Who may ask the double of Proxmox: API tokens, tickets with their CSRF token, privileges by path; and which nodes the cluster has.
import { randomBytes, X509Certificate } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { type Certify, portOf } from "./config.ts";

export interface Member {
  readonly name: string;
  readonly ip: string;
  readonly fingerprint: string;
}

/** What a test may change of who is let in. */
export interface Access {
  readonly token: string;
  /** Users with their passwords. */
  readonly users: Map<string, string>;
  /** Tickets that are good, with their CSRF token and user. */
  readonly tickets: Map<string, { readonly csrf: string; readonly user: string }>;
  /** How often somebody logged in: with a password, with a ticket. */
  readonly logins: ("password" | "ticket")[];
  /** Users that are asked for a second factor. */
  readonly secondFactor: Set<string>;
  /** The token's privileges by path; undefined is all that the test needs. */
  permissions: Record<string, Record<string, number>> | undefined;
  readonly members: Member[];
  /** The answers to the next so many questions are dropped: the connection breaks. */
  dropReads: number;
  /** TLS handshakes so far. */
  handshakes: number;
  version: string;
}

export function newAccess(token: string): Access {
  return {
    token,
    users: new Map([["root@pam", "hunter2"]]),
    tickets: new Map(),
    logins: [],
    secondFactor: new Set(),
    permissions: undefined,
    members: [],
    dropReads: 0,
    handshakes: 0,
    version: "9.2.11",
  };
}

/** Why a request is not let in, as the reason phrase of a 401; undefined when it is. Observed on PVE 9.2.11. */
export function refusal(request: IncomingMessage, { token, tickets }: Access): string | undefined {
  const { authorization, cookie, csrfpreventiontoken: csrf } = request.headers;
  if (authorization !== undefined) return authorization === `PVEAPIToken=${token}` ? undefined : "Authentication failed!";
  const shown = /(?:^|; )PVEAuthCookie=([^;]*)/.exec(cookie ?? "")?.[1];
  if (shown === undefined) return request.url?.startsWith("/api2/json/access/ticket") === true ? undefined : "No ticket";
  const ticket = tickets.get(decodeURIComponent(shown));
  if (ticket === undefined) return "Authentication failed!";
  return request.method === "GET" || csrf === ticket.csrf ? undefined : "Permission denied - invalid csrf token";
}

interface Reply {
  readonly status?: number;
  readonly message?: string;
  readonly data?: unknown;
}

/** What of the API is about access and members; undefined for everything else. */
export function accessReply(
  { method, path, params }: { readonly method: string; readonly path: string; readonly params: Record<string, string> },
  access: Access,
): Reply | undefined {
  switch (`${method} ${path}`) {
    case "POST /access/ticket":
      return ticketFor(params, access);
    case "GET /access/permissions":
      return { data: permissionsAt(params["path"] ?? "/", access) };
    case "GET /nodes":
      return { data: access.members.map(({ name, fingerprint }) => ({ node: name, status: "online", ssl_fingerprint: fingerprint })) };
    case "GET /cluster/status":
      return { data: [{ type: "cluster", id: "cluster", name: "home", nodes: access.members.length, quorate: 1 }, ...access.members.map(statusOf)] };
    case "GET /version":
      return { data: { version: access.version, release: access.version.split(".").slice(0, 2).join(".") } };
    default:
      return undefined;
  }
}

// What stands at the nearest path above holds, where it is passed on; a deeper entry replaces it. Without entries everything is allowed.
function permissionsAt(path: string, { permissions }: Access): object {
  if (permissions === undefined) return { [path]: everything };
  const above = Object.keys(permissions)
    .filter((one) => one === path || one === "/" || path.startsWith(`${one}/`))
    .toSorted((one, other) => other.length - one.length);
  const nearest = above[0] ?? "/";
  const here = Object.entries(permissions[nearest] ?? {}).filter(([, passedOn]) => nearest === path || passedOn === 1);
  return here.length === 0 ? {} : { [path]: Object.fromEntries(here) };
}

/** Has the token one of these privileges there? A list leaves out what it has none for. */
export function may(access: Access, path: string, privileges: readonly string[]): boolean {
  const here = Object.values(permissionsAt(path, access)).flatMap((granted: object) => Object.keys(granted));
  return privileges.some((privilege) => here.includes(privilege));
}

/** What the built-in role Administrator holds on PVE 9.2, as far as hlx is concerned. */
export const everything = Object.fromEntries(
  [
    ..."Allocate Audit Clone Config.CDROM Config.CPU Config.Cloudinit Config.Disk Config.HWType Config.Memory Config.Network Config.Options PowerMgmt"
      .split(" ")
      .map((name) => `VM.${name}`),
    ...[
      "VM.Snapshot",
      "VM.Snapshot.Rollback",
      "VM.GuestAgent.Audit",
      "VM.GuestAgent.FileRead",
      "Datastore.AllocateSpace",
      "Datastore.AllocateTemplate",
      "Datastore.Audit",
      "SDN.Use",
    ],
    ...["Sys.Audit", "Sys.AccessNetwork", "Sys.Console", "Sys.Modify", "Pool.Allocate", "Pool.Audit", "Mapping.Audit", "Mapping.Modify", "Mapping.Use"],
  ].map((name) => [name, 1]),
);

function statusOf({ name, ip }: Member, index: number): object {
  return { type: "node", id: `node/${name}`, name, ip, online: 1, nodeid: index + 1, local: index === 0 ? 1 : 0 };
}

// A ticket may stand in for the password: that is how it is renewed.
function ticketFor({ username = "", password = "" }: Record<string, string>, access: Access): Reply {
  const byTicket = access.tickets.get(password)?.user === username;
  if (!byTicket && access.users.get(username) !== password) return { status: 401, message: "authentication failure" };
  access.logins.push(byTicket ? "ticket" : "password");
  if (access.secondFactor.has(username)) return { data: { username, ticket: "PVE:!tfa!%7B%7D:00", CSRFPreventionToken: "x", NeedTFA: 1 } };
  const [ticket, csrf] = [`PVE:${username}:${randomBytes(8).toString("hex")}::a+b/c==`, randomBytes(8).toString("hex")];
  access.tickets.set(ticket, { csrf, user: username });
  return { data: { username, ticket, CSRFPreventionToken: csrf, clustername: "home", cap: {} } };
}

/** The cluster's nodes as servers: the first, and others at addresses of their own on this machine, the same port, each with its certificate. */
export async function serveNodes(
  listener: Listener,
  { access, certify, first }: { readonly access: Access; readonly certify: Certify; readonly first: string },
) {
  const servers: Server[] = [];
  async function serve(name: string, ip: string): Promise<{ readonly cert: string; readonly fingerprint: string }> {
    const { key, cert } = await certify();
    const server = createServer({ key, cert }, listener);
    server.on("secureConnection", () => {
      access.handshakes += 1;
    });
    await new Promise<void>((resolve) => server.listen(servers[0] === undefined ? 0 : portOf(servers[0]), ip, resolve));
    const fingerprint = new X509Certificate(cert).fingerprint256;
    servers.push(server);
    access.members.push({ name, ip, fingerprint });
    return { cert, fingerprint };
  }
  const { cert: ca, fingerprint } = await serve(first, "127.0.0.1");
  const close = (server: Server | undefined): void => {
    server?.close();
    server?.closeAllConnections();
  };
  return {
    ...{ ca, fingerprint, port: portOf(servers[0] as Server) },
    join: async (name: string, ip: string): Promise<void> => void (await serve(name, ip)),
    silence: (): void => close(servers[0]),
    show: (shown: { readonly key: string; readonly cert: string }): void => servers[0]?.setSecureContext(shown),
    closeAll: (): void => servers.forEach(close),
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
