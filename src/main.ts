// The only file that reads process.*: makes the real Io, hands over to the command line, and ends the process.
import { randomBytes } from "node:crypto";
import { homedir, hostname, userInfo } from "node:os";
import type { Io } from "./cli/io.ts";
import { main } from "./cli/main.ts";

const stop = new AbortController();

process.on("SIGINT", () => {
  if (stop.signal.aborted) process.exit(130);
  stop.abort();
  process.stderr.write("\ninterrupted: letting running steps end, starting no new ones (again to leave at once)\n");
});
process.on("SIGTERM", () => stop.abort());
// A terminal that is closed ends no step in the middle, and leaves nothing decrypted behind.
process.on("SIGHUP", () => stop.abort());

// A reader that went away (`hlx plan | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? (process.exitCode ?? 0) : 1));
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
  ...(process.getuid === undefined || process.getgid === undefined ? {} : { ids: { uid: process.getuid(), gid: process.getgid() } }),
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  stop: stop.signal,
};

process.exitCode = await main(process.argv.slice(2), io);

// A uid without an entry in the password database has no name.
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "?"}`;
  }
}
