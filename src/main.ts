// The only file that reads process.*: makes the real Io, hands over to the command line, and ends the process.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import type { Io } from "./cli/io.ts";
import { main } from "./cli/main.ts";
import { showInPager } from "./cli/pager.ts";

const stop = new AbortController();

// A terminal that is closed (SIGHUP) ends no step in the middle, and leaves nothing decrypted behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, interrupt);

function interrupt(): void {
  if (stop.signal.aborted) leave();
  stop.abort();
  process.stderr.write("\ninterrupted: letting running steps end, starting no new ones (again to leave at once)\n");
}

function leave(): never {
  if (process.stdout.isTTY) process.stdout.write("\x1b[?25h"); // a live list hides the cursor
  process.stderr.write("\nleft at once: nobody knows how a step in flight ended; hlx resume probes it and goes on\n");
  process.exit(130);
}

// A reader that went away (`hlx plan | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? (process.exitCode ?? 0) : 1));
}

try {
  // A core file would hold the secrets in memory: of this process and its children it gets none of it (core(5)).
  writeFileSync("/proc/self/coredump_filter", "0");
} catch {
  // not Linux
}

const io: Io = {
  out: process.stdout,
  err: process.stderr,
  in: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  user: userName(),
  hostname: hostname(),
  pid: process.pid,
  ...(process.getuid === undefined || process.getgid === undefined || process.env["HLX_ANY_OWNER"] === "1"
    ? {}
    : { ids: { uid: process.getuid(), gid: process.getgid() } }),
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  stop: stop.signal,
  page: (text) => showInPager(text, process.env, process.getBuiltinModule("node:child_process").spawnSync),
};

process.exitCode = await main(process.argv.slice(2), io);
if (stop.signal.aborted) process.exit(); // a host that does not answer is not waited for

// A uid without an entry in the password database has no name.
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "?"}`;
  }
}
