// What the SSH tests share: a target on this machine, options, and reading a channel to its end.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Channel } from "../../../src/connections/channel.ts";
import type { SshOptions } from "../../../src/connections/ssh/hops.ts";
import type { SshTarget } from "../../../src/connections/ssh/target.ts";
import { type Problem, problemOf } from "../../../src/model/problem.ts";

export function targetOn(port: number, more: Partial<SshTarget> = {}): SshTarget {
  return { name: "ocean", address: "127.0.0.1", port, user: "root", keyFiles: [], onlyKeyFiles: false, knownHosts: [], ...more };
}

export function options(more: Partial<SshOptions> = {}): SshOptions {
  return { connectTimeoutMs: 8000, acceptNew: false, passphrase: async () => undefined, log: () => undefined, ...more };
}

/** A known_hosts file with these lines. */
export function knownHosts(folder: string, lines: readonly string[], name = "known_hosts"): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return file;
}

export async function outputOf(channel: Channel): Promise<{ readonly out: string; readonly err: string; readonly status: number | null }> {
  const [out, err, end] = await Promise.all([textOf(channel.stdout), textOf(channel.stderr), channel.ended]);
  return { out, err, status: end.status };
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** The problem that the promise is rejected with; fails when it is not rejected. */
export async function problemFrom(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (thrown) {
    return problemOf(thrown);
  }
  throw new Error("it was expected to be refused");
}
