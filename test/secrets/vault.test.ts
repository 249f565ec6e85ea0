// Vault and OpenBao: what is read, and what is refused, against a double that refuses what the real one refuses.
import { mkdtempSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer as createHttp, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { VaultSource } from "../../src/model/ports/secrets.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { readVault } from "../../src/secrets/vault.ts";
import { certificate, key } from "./tls.ts";

const token = "hvs.canary-token";
const stored = { "web.password": "canary-flat", db: { user: "app" }, port: 5432 };
const asked: string[] = [];

// developer.hashicorp.com/vault/api-docs: KV v2 "Read secret version", AppRole "Login", and the status codes of "HTTP API".
const double: RequestListener = (request, response) => {
  void answer(request).then(({ status, body, location }) => {
    response.writeHead(status, { "content-type": "application/json", ...(location === undefined ? {} : { location }) });
    response.end(JSON.stringify(body));
  });
};

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly location?: string;
}

async function answer(request: IncomingMessage): Promise<Answered> {
  asked.push(`${request.method} ${request.url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.url === "/v1/auth/approle/login") return logIn(Buffer.concat(chunks).toString());
  if (request.headers["x-vault-token"] !== token) return { status: 403, body: { errors: ["permission denied"] } };
  if (request.url === "/v1/team/data/web" && request.headers["x-vault-namespace"] !== "home") return { status: 404, body: { errors: [] } };
  const answers: Readonly<Record<string, Answered>> = {
    "/v1/secret/data/homelab": { status: 200, body: { data: { data: stored, metadata: { version: 3 } } } },
    "/v1/team/data/web": { status: 200, body: { data: { data: stored, metadata: { version: 1 } } } },
    "/v1/secret/data/deleted": { status: 404, body: { data: { data: null, metadata: { deletion_time: "2026-01-01T00:00:00Z" } } } },
    "/v1/kv1/data/homelab": { status: 200, body: { data: { "web.password": "canary-old" } } },
    "/v1/secret/data/sealed": { status: 503, body: { errors: ["Vault is sealed canary"] } },
    "/v1/secret/data/standby": { status: 307, body: {}, location: "http://192.0.2.1/v1/secret/data/homelab" },
  };
  return answers[request.url ?? ""] ?? { status: 404, body: { errors: [] } };
}

function logIn(body: string): Answered {
  const { role_id, secret_id } = JSON.parse(body) as Record<string, unknown>;
  if (role_id === "role" && secret_id === "canary-id") return { status: 200, body: { auth: { client_token: token } } };
  return { status: 400, body: { errors: ["invalid role or secret ID"] } };
}

const plain = createHttp(double);
const tls = createHttps({ key, cert: certificate }, double);
const home = mkdtempSync(join(tmpdir(), "hlx-vault-"));
let [http, https] = ["", ""];

beforeAll(async () => {
  for (const server of [plain, tls]) await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  http = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  https = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
  writeFileSync(join(home, "token"), `${token}\n`);
  writeFileSync(join(home, "id"), "canary-id\n");
  writeFileSync(join(home, "ca.pem"), certificate);
});
afterAll(() => {
  plain.close();
  tls.close();
});

function read(source: Partial<VaultSource>, env: Readonly<Record<string, string>> = { VAULT_TOKEN: token }): Promise<unknown> {
  return readVault({ address: http, path: "homelab", ...source }, { env, home, readFile });
}

describe("vault: what is read", () => {
  test.each<readonly [string, () => Promise<unknown>]>([
    ["with the token of VAULT_TOKEN", () => read({})],
    ["with the token of a file", () => read({ tokenFile: join(home, "token") }, {})],
    ["with an AppRole", () => read({ appRole: { role: "role", secretIdFile: join(home, "id") } }, {})],
    ["with an AppRole whose secret id is in a variable", () => read({ appRole: { role: "role", secretIdEnv: "ID" } }, { ID: "canary-id" })],
    ["over TLS with its own authority", () => read({ address: https, ca: join(home, "ca.pem") })],
    ["from another mount, in a namespace, at an address with a slash", () => read({ address: `${http}/`, mount: "team", path: "web", namespace: "home" })],
  ])("%s", async (_name, work) => {
    expect(await work()).toEqual(stored);
  });
  test.each(["nothing", "deleted"])("%s is there: no values, and no error", async (path) => {
    expect(await read({ path })).toBeUndefined();
  });
});

describe("sec/19 vault: what is refused", () => {
  test.each<readonly [string, () => Promise<unknown>, RegExp]>([
    ["a wrong token", () => read({}, { VAULT_TOKEN: "canary-wrong" }), /answered 403/],
    ["no token", () => read({}, {}), /no token for/],
    ["a token with a line feed inside", () => read({}, { VAULT_TOKEN: "canary\nx" }), /holds no token/],
    ["a wrong secret id", () => read({ appRole: { role: "role", secretIdEnv: "ID" } }, { ID: "canary-bad" }), /AppRole role: it answered 400/],
    ["a secret id that is not set", () => read({ appRole: { role: "role", secretIdEnv: "ID" } }, {}), /variable ID is not set/],
    ["a sealed server", () => read({ path: "sealed" }), /answered 503/],
    ["a redirection: the token goes nowhere else", () => read({ path: "standby" }), /answered 307/],
    ["a mount of version 1", () => read({ mount: "kv1" }), /not one of the KV engine, version 2/],
    ["a certificate that nobody vouches for", () => read({ address: https }), /SELF_SIGNED|UNABLE_TO/],
    ["nobody there", () => read({ address: "http://127.0.0.1:1" }), /ECONNREFUSED/],
  ])("%s", async (_name, work, message) => {
    const thrown: unknown = await work().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(ProblemError);
    expect((thrown as ProblemError).message).toMatch(message);
    expect(inspect(thrown, { depth: 9 })).not.toContain("canary");
  });
  test.each(["http://vault.example:8200", "http://192.168.1.1:8200", "http://127.0.0.1.example:8200"])(
    "sec/32 clear text to %s, before anything is sent",
    async (address) => {
      const before = asked.length;
      await expect(read({ address })).rejects.toThrow(/refusing to send a token/);
      expect(asked.length).toBe(before);
    },
  );
});
