// TLS to a Proxmox node: its certificate is verified by a CA or by a pinned fingerprint before the first byte of a request is sent.
import { Agent } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { type Problem, ProblemError } from "../../model/problem.ts";

/** How a node proves who it is: the cluster's CA (PEM, /etc/pve/pve-root-ca.pem), or the SHA-256 of its certificate (`AB:CD:…`). */
export type Trust = { readonly ca: string } | { readonly fingerprint: string };

export interface Server {
  readonly host: string;
  readonly port: number;
  readonly trust: Trust;
}

/** pveproxy closes a connection after 5 s without a request (pve-http-server, AnyEvent.pm: timeout): sooner is better than at the same moment as a POST. */
const idleForMs = 3000;

/**
 * An agent that keeps connections open and hands out only verified ones. Sessions are not resumed: a resumed one shows no certificate,
 * and the pin could not be checked.
 */
export function agentFor(server: Server, { connectTimeoutMs, idleMs = idleForMs }: { readonly connectTimeoutMs: number; readonly idleMs?: number }): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, maxCachedSessions: 0, timeout: idleMs });
  agent.createConnection = (_, ready) => {
    dial(server, connectTimeoutMs).then(
      (socket) => ready?.(null, socket),
      (thrown: Error) => ready?.(thrown, undefined as never),
    );
    return undefined;
  };
  return agent;
}

/** A verified connection to a node. Throws ProblemError: trust, unreachable. */
export async function dial(server: Server, connectTimeoutMs: number): Promise<TLSSocket> {
  const socket = await handshake(server, connectTimeoutMs);
  const refusal = refusalOf(socket, server);
  if (refusal === undefined) return socket;
  socket.destroy();
  throw refusal;
}

/** The SHA-256 fingerprint of what answers there, unverified, for somebody who compares it: nothing is sent. Throws ProblemError (unreachable). */
export async function shownBy(at: Omit<Server, "trust">, connectTimeoutMs: number): Promise<string> {
  const socket = await handshake({ ...at, trust: { fingerprint: "" } }, connectTimeoutMs);
  const shown = fingerprintOf(socket);
  socket.destroy();
  return shown;
}

// With a CA it is verified here, with a pin not yet.
function handshake(server: Server, connectTimeoutMs: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: server.host,
      port: server.port,
      rejectUnauthorized: !("fingerprint" in server.trust),
      ...("ca" in server.trust ? { ca: server.trust.ca } : {}),
      ...(/^[\d.]+$|:/.test(server.host) ? {} : { servername: server.host }),
    });
    socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error(`no answer within ${connectTimeoutMs / 1000} s`)));
    socket.once("error", (error) => reject(connectProblem(server, error)));
    socket.once("secureConnect", () => {
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}

/** The SHA-256 fingerprint of the certificate that was shown. */
export function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256 ?? "";
}

function refusalOf(socket: TLSSocket, { host, port, trust }: Server): ProblemError | undefined {
  if (!("fingerprint" in trust)) return undefined;
  const shown = fingerprintOf(socket);
  if (shown !== "" && plain(shown) === plain(trust.fingerprint)) return undefined;
  return new ProblemError({
    code: "trust",
    message: `the certificate of ${host}:${port} is not the pinned one: it has the fingerprint ${shown || "(none)"}`,
    hint: "compare it with what the node itself says: openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem (or pveproxy-ssl.pem), then write it as proxmox.fingerprint",
  });
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(/[^0-9a-fA-F]/g, "").toUpperCase();
}

// The codes of failed verification are OpenSSL's (man verify): CERT_…, UNABLE_TO_…, DEPTH_…, SELF_SIGNED…; ERR_TLS_… and ERR_SSL_… are Node's.
const reasons: readonly (readonly [RegExp, (at: string, said: string) => Pick<Problem, "code" | "message" | "hint">])[] = [
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    (at, said) => ({
      code: "trust",
      message: `the certificate of ${at} is not valid now: ${said}`,
      hint: "on the node: date, and if it is right: pvecm updatecerts --force && systemctl restart pveproxy",
    }),
  ],
  [
    /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT)/,
    (at, said) => ({
      code: "trust",
      message: `the certificate of ${at} is not trusted: ${said}`,
      hint: "give the cluster's CA (/etc/pve/pve-root-ca.pem) as proxmox.ca, or pin the node's certificate as proxmox.fingerprint",
    }),
  ],
  [
    /^(ERR_SSL_|EPROTO)/,
    (at) => ({
      code: "unreachable",
      message: `what answers at ${at} does not speak TLS: it is not the Proxmox API`,
      hint: "the API's port is 8006 (proxmox.port)",
    }),
  ],
  [
    /^ECONNREFUSED$/,
    (at) => ({
      code: "unreachable",
      message: `nothing listens at ${at}`,
      hint: "the API's port is 8006 (proxmox.port); on the node: systemctl status pveproxy",
    }),
  ],
];

function connectProblem({ host, port }: Server, cause: Error & { readonly code?: string }): ProblemError {
  const [at, code] = [`${host}:${port}`, cause.code ?? ""];
  const [, known] = reasons.find(([pattern]) => pattern.test(code)) ?? [];
  if (known !== undefined) return new ProblemError({ ...known(at, cause.message), cause });
  return new ProblemError({ code: "unreachable", message: `could not connect to the Proxmox API at ${at}: ${cause.message || code}`, cause });
}
