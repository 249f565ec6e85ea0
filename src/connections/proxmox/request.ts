// One request to one node of Proxmox, and its answer as data.

import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { parsedJson } from "../../lib/json.ts";
import { ProblemError } from "../../model/problem.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Server } from "./socket.ts";
import { sendUpload, type Upload } from "./upload.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";
export type Params = Readonly<Record<string, unknown>>;
export type Answer = { readonly data: unknown } | { readonly failure: Failure } | { readonly lost: string };

/** A request as it is sent. */
export interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly form?: string;
  /** Instead of a form. */
  readonly upload?: Upload;
}

/** A node and the connections to it that are open. */
export interface Door {
  readonly server: Server;
  readonly agent: Agent;
}

export interface Sending {
  /** Who asks. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The largest answer that is read, in bytes. */
const largest = 16 * 1024 * 1024;

/** Parameters in their place: in the body of a POST or PUT, else in the query. Booleans are 1 and 0 only; lists are repeated. */
export function asked(method: Method, path: string, params: Params): Asked {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === undefined ? [] : [[name, wordOf(one)] satisfies [string, string]])),
  );
  const text = new URLSearchParams(pairs).toString();
  if (text === "") return { method, path };
  return method === "POST" || method === "PUT" ? { method, path, form: text } : { method, path: `${path}?${text}` };
}

function wordOf(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

/** Sends it once. "lost": it may have been done. Throws ProblemError (trust, unreachable) when it was not sent. */
export function send({ server, agent }: Door, { method, path, form, upload }: Asked, { headers: who, timeoutMs }: Sending): Promise<Answer> {
  const headers = { ...who, ...bodyHeaders({ form, upload }) };
  return new Promise((resolve, reject) => {
    const lost = (error: Error): void => resolve({ lost: `${method} ${path}: ${error.message}` });
    let written = false;
    const sent = request({ agent, host: server.host, port: server.port, method, path: `/api2/json${path}`, headers, timeout: timeoutMs });
    sent.once("socket", () => {
      written = true;
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    sent.once("error", (error) => (error instanceof ProblemError || !written ? reject(error) : lost(error)));
    sent.once("response", (response) => void read(response).then(resolve, lost));
    if (upload === undefined) sent.end(form);
    else void sendUpload(sent, upload);
  });
}

function bodyHeaders({ form, upload }: { readonly form: string | undefined; readonly upload: Upload | undefined }): Readonly<Record<string, string>> {
  if (upload !== undefined) return { "Content-Type": `multipart/form-data; boundary=${upload.boundary}`, "Content-Length": String(upload.length) };
  return form === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
}

/** An answer, whole. Throws when it breaks off or is larger than 16 MiB. */
export async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > largest) throw new Error("the answer is larger than 16 MiB");
    chunks.push(chunk as Buffer);
  }
  const { statusCode: status = 0, statusMessage = "" } = response;
  const body = parsedJson(Buffer.concat(chunks).toString("utf8"));
  if (status < 200 || status > 299) return { failure: failureOf(status, statusMessage, body) };
  return { data: typeof body === "object" && body !== null && "data" in body ? body.data : undefined };
}
