// This machine as a host for tests: real shells, hlx's own folders in a temporary one.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Channel, Transport } from "../../../src/connections/channel.ts";
import { processTransport } from "../../../src/connections/local.ts";
import type { SessionOptions } from "../../../src/connections/shell/options.ts";
import { openSession } from "../../../src/connections/shell/session.ts";
import type { Holder, Session, ShellWriter } from "../../../src/model/ports/shell.ts";

export interface Sh {
  readonly name: string;
  /** The shell, and what stands first in PATH. */
  readonly path: string;
  readonly bin: string;
}

const root = mkdtempSync(join(tmpdir(), "hlx-test-shell-"));
const opened: Session[] = [];

afterAll(async () => {
  await Promise.all(opened.splice(0).map((session) => session.close()));
  rmSync(root, { recursive: true, force: true });
});

/** The shells of this machine that hosts may have as /bin/sh; busybox with its own tools instead of GNU's. */
export const shells: readonly Sh[] = [
  { name: "sh", path: "/bin/sh", bin: "/usr/bin" },
  ...["/bin/dash", "/bin/bash"].filter(existsSync).map((path) => ({ name: path.slice(5), path, bin: "/usr/bin" })),
  ...busybox(),
];

function busybox(): readonly Sh[] {
  const found = ["/bin/busybox", "/usr/bin/busybox"].find(existsSync);
  if (found === undefined) return [];
  const bin = join(root, "busybox");
  mkdirSync(bin);
  execFileSync(found, ["--install", "-s", bin]);
  if (!existsSync(join(bin, "sh"))) symlinkSync(found, join(bin, "sh"));
  return [{ name: "busybox", path: join(bin, "sh"), bin }];
}

/** Owners can be set: what writes files is tested only as root. */
export const asRoot = process.getuid?.() === 0;

/** A fresh folder that stands for one host. */
export function freshHost(): string {
  return mkdtempSync(join(root, "host-"));
}

export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

export function optionsFor(host: string, sh: Sh = shells[0] as Sh): SessionOptions {
  return {
    host: "reef",
    become: { how: "none" },
    deadlineMs: 10_000,
    log: () => undefined,
    randomHex,
    paths: { lib: join(host, "lib"), run: join(host, "run"), twin: join(host, "twin"), sh: sh.path },
  };
}

export function transportFor(sh: Sh = shells[0] as Sh): Transport {
  return processTransport({ user: "root", argv: (command) => ["env", `PATH=${sh.bin}`, "/bin/sh", "-c", command] });
}

export async function sessionOn(
  host: string,
  more: Partial<SessionOptions> & { readonly sh?: Sh; readonly connect?: () => Promise<Transport> } = {},
): Promise<Session> {
  const { sh = shells[0] as Sh, connect = async () => transportFor(sh), ...options } = more;
  const session = await openSession(connect, { ...optionsFor(host, sh), ...options });
  opened.push(session);
  return session;
}

export const holder: Holder = { run: "7", who: "ann", where: "desk", pid: 42, since: "2026-01-01T00:00:00Z" };

export async function writerOn(session: Session, by: Holder = holder): Promise<ShellWriter> {
  const answer = await session.lock(by);
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  return answer.writer;
}

export const plain = { reveal: () => "" };

/** A transport whose connection can be cut: every channel at once, and no more after it until `mend`. */
export function cuttable(sh: Sh = shells[0] as Sh): { connect(): Promise<Transport>; cut(): void; readonly connects: () => number } {
  let current: { readonly channels: Channel[]; lose(): void } | undefined;
  let connects = 0;
  return {
    connects: () => connects,
    cut: () => current?.lose(),
    connect: async () => {
      connects += 1;
      const inner = transportFor(sh);
      const channels: Channel[] = [];
      let lost: (problem: { code: "unreachable"; message: string }) => void = () => undefined;
      const transport: Transport = {
        ...inner,
        exec: async (command) => {
          const channel = await inner.exec(command);
          channels.push(channel);
          return channel;
        },
        lost: new Promise((resolve) => {
          lost = resolve;
        }),
      };
      current = {
        channels,
        lose: () => {
          for (const channel of channels) channel.close();
          lost({ code: "unreachable", message: "the cable was pulled" });
        },
      };
      return transport;
    },
  };
}

/** Every word as one read sees it. */
export const echo = {
  name: "echo",
  script: 'for word; do printf "%s\\0" "$word"; done',
  args: (word: string) => [word],
  parse: (output: string) => output.split("\0").slice(0, -1),
};
