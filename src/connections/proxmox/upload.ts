// A file of this machine as the body of a request: multipart/form-data, the file last, as `POST …/upload` of Proxmox takes it.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ClientRequest } from "node:http";
import { pipeline } from "node:stream/promises";
import { ProblemError } from "../../model/problem.ts";

/** What stands around the file, and how long the whole is in bytes. */
export interface Upload {
  readonly file: string;
  readonly boundary: string;
  readonly head: string;
  readonly tail: string;
  readonly length: number;
}

export interface Sent {
  /** The path on this machine. */
  readonly file: string;
  /** The name that it gets there: letters, digits, dots, dashes. */
  readonly filename: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Throws ProblemError (missing) when the file cannot be read. */
export async function uploadOf({ file, filename, fields }: Sent, boundary: string): Promise<Upload> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new ProblemError({ code: "missing", message: `the file ${file} of this machine cannot be read`, cause });
  });
  const parts = Object.entries(fields).map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const last = `--${boundary}\r\nContent-Disposition: form-data; name="filename"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const [head, tail] = [`${parts.join("")}${last}`, `\r\n--${boundary}--\r\n`];
  return { file, boundary, head, tail, length: Buffer.byteLength(head) + found.size + Buffer.byteLength(tail) };
}

/** Writes it piece by piece: an image is larger than memory. What breaks ends the request, whose own error says so. */
export async function sendUpload(request: ClientRequest, { file, head, tail }: Upload): Promise<void> {
  async function* whole(): AsyncGenerator<string | Buffer> {
    yield head;
    yield* createReadStream(file);
    yield tail;
  }
  await pipeline(whole(), request).catch((error: Error) => void request.destroy(error));
}
