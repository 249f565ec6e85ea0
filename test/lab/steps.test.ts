// Long steps on a real systemd host: detached by systemd-run, followed live, attached to again after a cut; a reboot that is waited for.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connections } from "../../src/connections/registry.ts";
import type { Host } from "../../src/model/host.ts";
import type { ConnectOptions } from "../../src/model/ports/connection.ts";
import type { Session, ShellWriter, WriteOptions } from "../../src/model/ports/shell.ts";
import type { Detached } from "../../src/model/step.ts";
import { type CountingProxy, startProxy } from "../../src/testing/proxy.ts";
import { type LabHost, labHost } from "./hosts.ts";

const plain: WriteOptions = { reveal: () => "" };
let lab: LabHost;
let proxy: CountingProxy;
const open: Session[] = [];

function detached(script: string, more: Partial<Detached> = {}): Detached {
  return { do: "detached", title: "long", script, args: [], deadlineMs: 60_000, ...more };
}

async function writing(run: string): Promise<{ readonly session: Session; readonly writer: ShellWriter }> {
  const host: Host = {
    name: "lab",
    login: { connection: "ssh", address: "127.0.0.1", port: proxy.port, user: lab.user, keyFile: lab.keyFile, become: true },
    groups: [],
    addresses: {},
    vars: {},
    sources: {},
  };
  const options: ConnectOptions = {
    credentials: { password: async () => undefined, passphrase: async () => undefined },
    knownHosts: [`${lab.knownHosts}.proxy`],
    acceptNew: true,
    home: "/nonexistent",
    connectTimeoutMs: 15_000,
    keepaliveMs: 300,
    log: () => undefined,
  };
  const session = await connections.get("ssh")?.open(host, options);
  if (session === undefined) throw new Error("no connection ssh");
  open.push(session);
  const answer = await session.lock({ run, who: "test", where: "here", pid: 1, since: "2026-11-21T00:00:00Z" });
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  return { session, writer: answer.writer };
}

beforeAll(async () => {
  lab = await labHost({ user: "ops" });
  proxy = await startProxy({ to: { host: lab.address, port: lab.port } });
});

afterAll(async () => {
  await Promise.all(open.map((session) => session.close()));
  await proxy.close();
});

describe("a long step", () => {
  test("runs as a unit of its own under systemd, and is shown while it runs", async () => {
    const { writer } = await writing("1");
    const seen: string[] = [];
    const result = await writer.long(detached('cat "/proc/$$/cgroup"; echo one; sleep 1; echo two'), { ...plain, onOutput: (line) => seen.push(line) });
    expect(result.result).toBe("done");
    expect(seen.join("\n")).toMatch(/hlx-[0-9a-f]+\.service[\s\S]*one\ntwo/);
    await writer.release();
  });

  test("that fails says with what status, and what it printed", async () => {
    const { writer } = await writing("2");
    expect(await writer.long(detached("echo why; exit 7"), plain)).toMatchObject({ result: "failed", exitStatus: 7, output: expect.stringContaining("why") });
    await writer.release();
  });

  test("outlives a cut connection: it runs once, and its end is learnt", async () => {
    const { writer } = await writing("3");
    const step = detached('for i in 1 2 3 4; do echo "$i" >> /root/ticks; echo "tick $i"; sleep 1; done');
    const running = writer.long(step, plain);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    proxy.cut();
    expect(await running).toMatchObject({ result: "done", output: "tick 1\ntick 2\ntick 3\ntick 4\n" });
    expect(await lab.exec("cat /root/ticks")).toBe("1\n2\n3\n4\n");
    await writer.release();
  });

  test("outlives a network that falls silent: the silence is noticed, and its end is learnt over a new connection", async () => {
    const { writer } = await writing("6");
    const running = writer.long(detached('echo "once" >> /root/silent; while [ ! -e /root/go ]; do sleep 0.1; done; echo end'), plain);
    await expect.poll(async () => (await lab.tryExec("cat /root/silent")).stdout, { timeout: 30_000 }).toBe("once\n");
    proxy.silence();
    await lab.exec("touch /root/go");
    expect(await running).toMatchObject({ result: "done", output: "end\n" });
    expect(await lab.exec("cat /root/silent")).toBe("once\n");
    await writer.release();
  });

  test("of a batch in a network that falls silent nobody knows the end: it is unknown, and is not done again", async () => {
    const { writer } = await writing("7");
    const slow = { do: "run", title: "slow", script: 'echo "once" >> /root/batch; sleep 1', args: [] } as const;
    const running = writer.batch([slow, { do: "run", title: "next", script: "touch /root/next", args: [] }], plain);
    await expect.poll(async () => (await lab.tryExec("cat /root/batch")).stdout, { timeout: 30_000 }).toBe("once\n");
    proxy.silence();
    expect((await running).map(({ result }) => result)).toEqual(["unknown", "unknown"]);
    expect(await writer.batch([{ do: "run", title: "after", script: "cat /root/batch", args: [] }], plain)).toMatchObject([
      { result: "done", output: "once\n" },
    ]);
    await writer.release();
  });

  test("that takes too long is killed with everything that it started", async () => {
    const { writer } = await writing("4");
    const result = await writer.long(detached("sleep 987 & sleep 987", { deadlineMs: 1000 }), plain);
    expect(result.result).not.toBe("done");
    expect((await lab.tryExec("pgrep -f '[s]leep 987'")).stdout).toBe("");
    await writer.release();
  });
});

test("a reboot is waited for, and the lock is still ours afterwards", async () => {
  const { session, writer } = await writing("5");
  const before = await lab.exec("stat -c %Y /proc/1");
  expect(await writer.long({ do: "reboot", deadlineMs: 120_000 }, plain)).toMatchObject({ result: "done" });
  expect(await lab.exec("stat -c %Y /proc/1")).not.toBe(before);
  expect(await writer.batch([{ do: "run", title: "after", script: "id -u", args: [] }], plain)).toMatchObject([{ result: "done", output: "0\n" }]);
  await writer.release();
  await session.close();
});
