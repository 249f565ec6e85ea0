// One HTTPS request that expects JSON: certificates are checked, redirections are not followed, sizes and times have limits.

import { request as http } from "node:http";
import { request as https } from "node:https";
import { parsedJson } from "../lib/json.ts";
import { ProblemError } from "../model/problem.ts";

export interface Asked {
  /** Without a slash at the end. */
  readonly address: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: unknown;
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
}

const limit = 4 << 20;
const deadlineMs = 15_000;

/** Asks once. Throws ProblemError when nothing came back; any status is an answer. A redirection counts as one: a token goes nowhere else. */
export function ask(asked: Asked): Promise<Answer> {
  const { address, path, headers, body, ca } = asked;
  const send = address.startsWith("https:") ? https : http;
  const options = { method: body === undefined ? "GET" : "POST", headers, signal: AbortSignal.timeout(deadlineMs), ...(ca === undefined ? {} : { ca }) };
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => reject(unreachable(address, cause));
    const sent = send(`${address}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) sent.destroy(new Error("the answer is larger than 4 MiB"));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsedJson(Buffer.concat(chunks).toString("utf8")) }));
    });
    sent.on("error", fail);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function unreachable(address: string, cause: Error): ProblemError {
  const { code } = cause as NodeJS.ErrnoException;
  const tls = /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code ?? "");
  const said = code === undefined ? cause.message : `${cause.message} (${code})`;
  const hint = tls ? { hint: "name its certificate authority in the inventory: ca: FILE" } : {};
  return new ProblemError({ code: "input", message: `asking ${address}: ${said}`, ...hint });
}
