// HashiCorp Vault and OpenBao: reads one secret of the KV engine, version 2.
import { join } from "node:path";
import { isRecord } from "../lib/json.ts";
import type { VaultSource } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import type { IdentitySource } from "./identity.ts";
import { type Answer, type Asked, ask } from "./vault-http.ts";

/** What is stored at the source's path; undefined when there is nothing, or it was deleted. Throws ProblemError without any value in it. */
export async function readVault(source: VaultSource, from: IdentitySource): Promise<unknown> {
  refusePlain(source);
  const at = await atOf(source, from);
  const token = source.appRole === undefined ? await tokenOf(source, from) : await logIn(source.appRole, { at, from });
  const mount = source.mount ?? "secret";
  const doing = `reading ${mount}/${source.path} of ${at.address}`;
  const answer = await ask({ ...at, headers: { ...at.headers, "X-Vault-Token": token }, path: `/v1/${mount}/data/${source.path}` });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refused(answer, doing);
  const outer = isRecord(answer.body) ? answer.body["data"] : undefined;
  if (isRecord(outer) && isRecord(outer["data"])) return outer["data"];
  const hint = "is the mount of version 2? vault kv enable-versioning MOUNT";
  throw new ProblemError({ code: "input", message: `${doing}: the answer is not one of the KV engine, version 2`, hint });
}

async function atOf({ address, ca, namespace }: VaultSource, from: IdentitySource): Promise<At> {
  const authority = ca === undefined ? {} : { ca: await text(ca, "the certificate authority", from) };
  return { address: address.replace(/\/$/, ""), headers: namespace === undefined ? {} : { "X-Vault-Namespace": namespace }, ...authority };
}

type At = Omit<Asked, "path">;

// A token sent in clear text belongs to whoever listens.
function refusePlain({ address }: VaultSource): void {
  const { protocol, hostname } = new URL(address);
  if (protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return;
  throw new ProblemError({
    code: "input",
    message: `refusing to send a token to ${address}: it is not encrypted`,
    hint: "use https://; http:// is for this machine only",
  });
}

async function tokenOf({ tokenFile, address }: VaultSource, from: IdentitySource): Promise<string> {
  if (tokenFile !== undefined) return text(tokenFile, "the token", from);
  const given = from.env["VAULT_TOKEN"];
  if (given) return checked(given, "VAULT_TOKEN");
  const file = join(from.home, ".vault-token");
  const found = await text(file, "the token", from).catch(() => undefined);
  if (found !== undefined) return found;
  throw new ProblemError({
    code: "input",
    message: `no token for ${address}: neither VAULT_TOKEN nor ${file}`,
    hint: "log in: vault login; or say tokenFile or appRole in the inventory",
  });
}

async function logIn(appRole: NonNullable<VaultSource["appRole"]>, { at, from }: { readonly at: At; readonly from: IdentitySource }): Promise<string> {
  const body = { role_id: appRole.role, ...(await secretId(appRole, from)) };
  const answer = await ask({ ...at, path: `/v1/auth/${appRole.mount ?? "approle"}/login`, body });
  if (answer.status !== 200) throw refused(answer, `logging in to ${at.address} with the AppRole ${appRole.role}`);
  const auth = isRecord(answer.body) ? answer.body["auth"] : undefined;
  const token = isRecord(auth) ? auth["client_token"] : undefined;
  if (typeof token === "string") return checked(token, "the token of the login");
  throw new ProblemError({ code: "input", message: `logging in to ${at.address}: the answer holds no token` });
}

async function secretId({ secretIdFile, secretIdEnv }: NonNullable<VaultSource["appRole"]>, from: IdentitySource): Promise<Readonly<Record<string, string>>> {
  if (secretIdFile !== undefined) return { secret_id: await text(secretIdFile, "the secret id", from) };
  if (secretIdEnv === undefined) return {};
  const value = from.env[secretIdEnv];
  if (value) return { secret_id: value };
  throw new ProblemError({ code: "input", message: `the AppRole's secret id: the variable ${secretIdEnv} is not set` });
}

async function text(file: string, what: string, { readFile }: IdentitySource): Promise<string> {
  try {
    return Buffer.from(await readFile(file))
      .toString("utf8")
      .trim();
  } catch (thrown) {
    throw new ProblemError({ code: "input", message: `reading ${what} from ${file}: ${(thrown as Error).message}`, cause: thrown });
  }
}

// Node's own error for a bad header would quote it.
function checked(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ProblemError({ code: "input", message: `${where} holds no token: there are spaces or control characters in it` });
}

function refused({ status }: Answer, doing: string): ProblemError {
  const hints: Readonly<Record<number, string>> = {
    400: "is the role id or the secret id wrong, or used up?",
    403: "the token is wrong, has ended, or its policy does not allow this path (KV version 2 wants MOUNT/data/PATH)",
    503: "it is sealed or in maintenance: vault status",
  };
  const hint = hints[status];
  return new ProblemError({ code: "input", message: `${doing}: it answered ${status}`, ...(hint === undefined ? {} : { hint }) });
}
