// A kubeconfig: which server, how it proves who it is, and how we do. What runs programs or trusts everybody is refused with words.
import { isRecord } from "../../lib/json.ts";
import { parseYaml } from "../../model/documents/parse.ts";
import { type Problem, type ProblemCode, ProblemError } from "../../model/problem.ts";

/** Everything that a connection needs; PEM texts, none of them ever shown. */
export interface Access {
  readonly host: string;
  readonly port: number;
  /** A path before every request's, as behind a proxy. */
  readonly prefix: string;
  /** What the certificate must name; default `host`. */
  readonly serverName?: string;
  /** The system's authorities where it is left out. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
}

export interface Kubeconfig {
  /** Where it came from, for messages: a path, or the secret's name. */
  readonly from: string;
  readonly text: string;
  readonly context?: string;
}

/** Reads a file that a kubeconfig names, on the machine where the kubeconfig is. */
export type ReadFile = (path: string) => Promise<string>;

/** Throws ProblemError (input, trust, privilege) for what is missing or not done. */
export async function accessIn(config: Kubeconfig, read: ReadFile): Promise<Access> {
  const { cluster, user } = partsOf(config);
  refuse(config, { cluster, user });
  const server = serverOf(config, cluster["server"]);
  const ca = await pemOf("certificate-authority", cluster, { config, read });
  const cert = await pemOf("client-certificate", user, { config, read });
  const key = await pemOf("client-key", user, { config, read });
  const token = await tokenOf(user, { config, read });
  if (token === undefined && (cert === undefined || key === undefined))
    throw problem(
      config,
      "privilege",
      "has neither a token nor a client certificate with its key",
      "use the kubeconfig of an administrator, or one with a token",
    );
  const name = textIn(cluster, "tls-server-name");
  return { ...server, ...given({ serverName: name, ca, cert, key, token }) };
}

interface Parts {
  readonly cluster: Record<string, unknown>;
  readonly user: Record<string, unknown>;
}

function partsOf(config: Kubeconfig): Parts {
  const value = parsed(config);
  const name = config.context ?? textIn(value, "current-context");
  if (name === undefined) throw problem(config, "input", "names no current context", "say which: context: NAME");
  const context = named(value["contexts"], name, "context");
  if (context === undefined) {
    const names = namesIn(value["contexts"]);
    throw problem(config, "input", `has no context "${name}"`, names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`);
  }
  const cluster = named(value["clusters"], String(context["cluster"]), "cluster");
  const user = named(value["users"], String(context["user"]), "user");
  if (cluster === undefined) throw problem(config, "input", `has no cluster "${String(context["cluster"])}", which its context "${name}" names`);
  return { cluster, user: user ?? {} };
}

// A file of somebody else's: no line of it is shown, for any may hold a key.
function parsed(config: Kubeconfig): Record<string, unknown> {
  try {
    const { value } = parseYaml(config.from, config.text, "foreign");
    if (isRecord(value)) return value;
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
  }
  throw problem(config, "input", "is no kubeconfig", "it is YAML with clusters, users and contexts");
}

function refuse(config: Kubeconfig, { cluster, user }: Parts): void {
  if (cluster["insecure-skip-tls-verify"] === true)
    throw problem(config, "trust", "says insecure-skip-tls-verify", "give it the cluster's CA as certificate-authority-data instead");
  if (cluster["proxy-url"] !== undefined)
    throw problem(config, "input", "goes through a proxy (proxy-url), which hlx does not", "reach it through a host: through: host");
  for (const [name, instead] of refusedUsers) if (user[name] !== undefined) throw problem(config, "input", `logs in with ${name}, which hlx does not`, instead);
}

const refusedUsers: readonly (readonly [string, string])[] = [
  ["exec", "it runs a program; make a token instead: kubectl create token NAME --duration 24h, kept as a secret"],
  ["auth-provider", "Kubernetes 1.26 removed it; use a token or a client certificate"],
  ["username", "Kubernetes 1.19 removed it; use a token or a client certificate"],
  ["as", "it acts as somebody else; use that account's own login"],
];

function serverOf(config: Kubeconfig, server: unknown): Pick<Access, "host" | "port" | "prefix"> {
  const url = typeof server === "string" && URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined) throw problem(config, "input", "names no server");
  if (url.protocol !== "https:")
    throw problem(config, "trust", `names the server ${url.protocol}//…, which is not https`, "a login would cross the network in clear");
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port === "" ? "443" : url.port), prefix: url.pathname.replace(/\/$/, "") };
}

interface Reading {
  readonly config: Kubeconfig;
  readonly read: ReadFile;
}

async function pemOf(name: string, part: Record<string, unknown>, { config, read }: Reading): Promise<string | undefined> {
  const data = textIn(part, `${name}-data`);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const path = textIn(part, name);
  return path === undefined ? undefined : await read(beside(config.from, path));
}

async function tokenOf(user: Record<string, unknown>, { config, read }: Reading): Promise<string | undefined> {
  const token = textIn(user, "token");
  if (token !== undefined) return token;
  const path = textIn(user, "tokenFile");
  return path === undefined ? undefined : (await read(beside(config.from, path))).trim();
}

// Paths in a kubeconfig are relative to its own folder.
function beside(from: string, path: string): string {
  return path.startsWith("/") ? path : `${from.slice(0, from.lastIndexOf("/") + 1)}${path}`;
}

function named(list: unknown, name: string, member: string): Record<string, unknown> | undefined {
  const found: unknown = (Array.isArray(list) ? list : []).find((one) => isRecord(one) && one["name"] === name);
  return isRecord(found) && isRecord(found[member]) ? found[member] : undefined;
}

function namesIn(list: unknown): readonly string[] {
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) => (isRecord(one) ? [String(one["name"])] : []));
}

function textIn(part: Record<string, unknown>, name: string): string | undefined {
  const value = part[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function given<Members extends object>(members: Members): { [Key in keyof Members]: Exclude<Members[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

function problem({ from }: Kubeconfig, code: ProblemCode, ...[what, hint]: readonly [string, string?]): ProblemError {
  const told: Problem = { code, message: `the kubeconfig ${from} ${what}`, ...(hint === undefined ? {} : { hint }) };
  return new ProblemError(told);
}
