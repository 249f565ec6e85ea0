// Everything that a session must be able to do, over whatever way leads to the host.
import { randomBytes } from "node:crypto";
import { connections } from "../../src/connections/registry.ts";
import type { Host, Login } from "../../src/model/host.ts";
import type { ConnectOptions } from "../../src/model/ports/connection.ts";
import type { Read, Session } from "../../src/model/ports/shell.ts";
import { ProblemError } from "../../src/model/problem.ts";

export interface Way {
  readonly login: Partial<Login> & Pick<Login, "address">;
  readonly knownHosts: readonly string[];
  /** The login's and sudo's (or su's) password. */
  readonly password?: string;
  readonly options?: Partial<ConnectOptions>;
}

/** Opens a session as hlx does. */
export function open({ login, knownHosts, password, options }: Way): Promise<Session> {
  const full: Login = { connection: "ssh", become: true, ...login };
  const host: Host = { name: "ocean", login: full, groups: [], addresses: {}, vars: {}, sources: {} };
  const connection = connections.get(full.connection);
  if (connection === undefined) throw new Error(`no connection ${full.connection}`);
  return connection.open(host, {
    credentials: { password: async () => password, passphrase: async () => undefined },
    ...{ knownHosts, acceptNew: false, home: "/nonexistent", connectTimeoutMs: 20_000, log: () => undefined },
    ...options,
  });
}

const answer: Read<string, string> = {
  name: "test.answer",
  script: 'for word; do printf "%s=%s\\n" "$(id -u)" "$word"; done',
  args: (query) => [query],
  parse: (output) => output.trimEnd().split("\n"),
};

const holder = { run: "1", who: "test", where: "here", pid: process.pid, since: "2026-01-01T00:00:00Z" };
const options = {
  reveal: () => {
    throw new ProblemError({ code: "internal", message: "there are no secrets here" });
  },
};

/** What it gives where everything works. */
export const wholeTour = { reads: ["0=a", "0=b c"], checks: ["x\n", "y\n"], written: ["done", "done"], long: "done", printed: "one\ntwo\n", back: "z" };

/** Reads, two checks at once, a batch, a long step, and a check of what was written; on a file of its own. */
export async function tour(session: Session): Promise<typeof wholeTour> {
  const { shell } = session;
  const path = `/root/tour-${randomBytes(4).toString("hex")}`;
  const reads = await Promise.all(["a", "b c"].map((word) => shell.ask(answer, word)));
  const checks = await Promise.all(["x", "y"].map((word) => shell.check({ script: 'sleep 0.2; echo "$1"', args: [word] }, { deadlineMs: 10_000 })));
  const locked = await session.lock({ ...holder, run: randomBytes(4).toString("hex") });
  if (locked.lock === "refused") throw new ProblemError(locked.problem);
  const written = await locked.writer.batch(
    [
      { do: "write", path, content: ["z"], mode: "0600", owner: "root", group: "root" },
      { do: "run", title: "look", script: 'test -f "$1"', args: [path] },
    ],
    options,
  );
  const long = await locked.writer.long({ do: "detached", title: "long", script: "echo one; sleep 0.3; echo two", args: [], deadlineMs: 20_000 }, options);
  const back = await shell.check({ script: 'cat "$1"', args: [path] }, { deadlineMs: 10_000 });
  await locked.writer.release();
  return {
    ...{ reads, checks: checks.map(({ stdout }) => stdout), written: written.map(({ result }) => result) },
    ...{ long: long.result, printed: "output" in long ? long.output : "", back: back.stdout },
  };
}

/** The tour over a way, from login to close. */
export async function tourOf(way: Way): Promise<typeof wholeTour> {
  const session = await open(way);
  try {
    return await tour(session);
  } finally {
    await session.close();
  }
}
