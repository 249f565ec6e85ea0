// The faults that need a real process and a real host: signals, disks that are full, damaged state, operators at once, holders that freeze, networks and hosts that go away.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CountingProxy, startProxy } from "../../src/testing/proxy.ts";
import { isRefused } from "../soak/operators.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, hostLines, type Project, project } from "./project.ts";

const role = `import { command, defineRole, file } from "hlx";

export default defineRole({
  name: "steps",
  summary: "A slow step between two files.",
  params: { type: "object", additionalProperties: false, required: ["text"], properties: { text: { type: "string" }, slow: { type: "string" }, path: { type: "string" }, size: { type: "integer" } } },
  declare({ params }) {
    const slow = params.slow ?? "none";
    const script = 'echo "began $1" >> /srv/log; while [ ! -e "/srv/go-$1" ]; do sleep 0.1; done; echo "ended $1" >> /srv/log; : > "/srv/done-$1"';
    return [
      file({ path: "/srv/before", content: params.text }),
      ...(slow === "none" ? [] : [command({ name: "slow", script, args: [params.text], creates: "/srv/done-" + params.text, ...(slow === "detached" ? { deadlineMs: 120000 } : {}) })]),
      file({ path: params.path ?? "/srv/after", content: params.text + "x".repeat(params.size ?? 0), exclusive: "a batch of its own" }),
    ];
  },
});
`;

let host: LabHost;
const proxies: CountingProxy[] = [];
let texts = 0;

beforeAll(async () => {
  host = await labHost({ extra: ["--tmpfs", "/small:size=128k"] });
});
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

interface Clone extends Project {
  readonly text: string;
}

/** A clone of its own, which wants a text of its own. */
function clone(params = "", at: Pick<LabHost, "port"> = host): Clone {
  texts += 1;
  const text = `text${texts}`;
  const made = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ box: { ...host, port: at.port } })}`,
      "site.yaml": playbook(text, params),
      "roles/steps/role.ts": role,
    },
    [host],
  );
  if (at.port !== host.port)
    writeFileSync(join(made.folder, ".home/.ssh/known_hosts"), readFileSync(host.knownHosts, "utf8").replaceAll(`]:${host.port} `, `]:${at.port} `));
  return { ...made, text };
}

function playbook(text: string, params: string): string {
  return `- hosts: all\n  roles:\n    - steps: { text: ${text}${params} }\n`;
}

const said = ({ stdout, stderr }: HlxRun): string => stdout + stderr;

/** Waits until the host says yes. */
async function until(command: string): Promise<void> {
  await expect.poll(async () => (await host.tryExec(command)).status, { timeout: 60_000, interval: 100 }).toBe(0);
}

async function converges(desk: Clone): Promise<HlxRun> {
  const applied = await desk.hlx("apply", "--yes");
  expect([applied.code, said(applied)]).toEqual([0, expect.anything()]);
  expect(await desk.hlx("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
  expect(await host.exec("cat /srv/before /srv/after")).toBe(desk.text.repeat(2));
  return applied;
}

/** How often a step of this text began and ended. */
async function log({ text }: Clone): Promise<string> {
  return host.exec(`grep -E ' ${text}$' /srv/log || true`);
}

describe("SIGINT", () => {
  test("once: the step in flight ends, nothing new is begun, and it says how to go on", async () => {
    const desk = clone(", slow: short");
    const running = desk.start(["apply", "--yes"]);
    await until(`grep -q 'began ${desk.text}' /srv/log`);
    running.kill("SIGINT");
    await host.exec(`touch /srv/go-${desk.text}`);
    const ended = await running.ended;
    expect([ended.code, said(ended)]).toEqual([130, expect.stringContaining("letting running steps end")]);
    expect(said(ended)).toContain("Again: hlx resume");
    expect(await log(desk)).toBe(`began ${desk.text}\nended ${desk.text}\n`);
    expect((await desk.hlx("history")).stdout).toContain("130");
    expect((await desk.hlx("resume", "--yes")).code).toBe(0);
    expect(await log(desk), "not done again").toBe(`began ${desk.text}\nended ${desk.text}\n`);
  });

  test("twice: it leaves at once, and the next run waits for what still runs there", async () => {
    const desk = clone(", slow: detached");
    const running = desk.start(["apply", "--yes"]);
    await until(`grep -q 'began ${desk.text}' /srv/log`);
    running.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const since = performance.now();
    running.kill("SIGINT");
    const ended = await running.ended;
    expect([ended.code, performance.now() - since < 5000, ended.stderr]).toEqual([130, true, expect.stringContaining("hlx resume probes it and goes on")]);
    const resuming = desk.start(["resume", "--yes"]);
    setTimeout(() => void host.exec(`touch /srv/go-${desk.text}`), 2500);
    const resumed = await resuming.ended;
    expect([resumed.code, said(resumed)]).toEqual([0, expect.stringContaining("was in flight: nobody knows how it ended")]);
    expect(said(resumed)).toMatch(/waiting for what run 1\S* by root left running there: it is gone/);
    expect(await log(desk)).toBe(`began ${desk.text}\nended ${desk.text}\n`);
  });

  test("while it plans: it stops, and nothing was changed", async () => {
    const proxy = await startProxy({ to: { port: host.port } });
    proxies.push(proxy);
    proxy.freeze();
    const desk = clone("", proxy);
    const running = desk.start(["plan"]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    running.kill("SIGINT");
    const ended = await running.ended;
    expect([ended.code, ended.stderr]).toEqual([130, expect.stringContaining("nothing was changed")]);
  });
});

describe("a full disk", () => {
  test("here: it says so and with which path, nothing is lost, and with room it goes on", async () => {
    const desk = clone();
    const state = join(desk.folder, ".hlx");
    mkdirSync(state, { mode: 0o700 });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", state]);
    try {
      await converges(desk);
      spawnSync("sh", ["-c", `cat /dev/zero > ${state}/fill 2>/dev/null`]);
      desk.write("site.yaml", playbook("full", ""));
      const full = await desk.hlx("apply", "--yes");
      expect([full.code, said(full)]).toEqual([1, expect.stringMatching(/\.hlx\/state\.db[\s\S]*the disk is full: make room/)]);
      expect(await host.exec("cat /srv/before"), "it failed before the host").toBe(desk.text);
      execFileSync("rm", [join(state, "fill")]);
      desk.write("site.yaml", playbook(desk.text, ""));
      await converges(desk);
      expect((await desk.hlx("history")).code).toBe(0);
    } finally {
      execFileSync("umount", [state]);
    }
  });

  test("there, where the file goes: the old one is kept, and what the host said is shown", async () => {
    await host.exec("printf old > /small/file");
    for (const size of [200_000, 30_000]) {
      await host.exec("rm -f /small/fill; [ $1 -gt 100000 ] || head -c 120000 /dev/zero > /small/fill".replaceAll("$1", String(size)));
      const desk = clone(`, path: /small/file, size: ${size}`);
      const full = await desk.hlx("apply", "--yes");
      expect([full.code, said(full)]).toEqual([3, expect.stringMatching(/No space left|I\/O error|write error/)]);
      expect(await host.exec("rm -f /small/fill; cat /small/file; ls -A /small")).toBe("oldfile\n");
    }
  });

  test("there, in /var/lib/hlx: nothing is begun, and it says what is full", async () => {
    const desk = clone();
    await host.exec("mv /var/lib/hlx /var/lib/hlx.kept; mkdir -m 700 /var/lib/hlx; mount -t tmpfs -o size=4k,nr_inodes=2,mode=700 tmpfs /var/lib/hlx");
    try {
      const full = await desk.hlx("apply", "--yes");
      expect([full.code, said(full)]).toEqual([3, expect.stringMatching(/could not write to \/var\/lib\/hlx[\s\S]*is the disk full/)]);
    } finally {
      await host.exec("umount /var/lib/hlx; rmdir /var/lib/hlx; mv /var/lib/hlx.kept /var/lib/hlx");
    }
    await converges(desk);
  });
});

describe("a state that was damaged by hand", () => {
  test.each<[string, (path: string) => void]>([
    ["cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, 5000))],
    ["garbage", (path) => writeFileSync(path, "garbage")],
    ["emptied", (path) => writeFileSync(path, "")],
  ])("%s: one message, and the command in it mends it", async (_, damage) => {
    const desk = clone();
    await converges(desk);
    await desk.hlx("apply", "--yes");
    const path = join(desk.folder, ".hlx/state.db");
    for (const name of ["state.db-wal", "state.db-shm"]) if (existsSync(join(desk.folder, ".hlx", name))) execFileSync("rm", [join(desk.folder, ".hlx", name)]);
    damage(path);
    const refused = await desk.hlx("apply", "--yes");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("is damaged")]);
    expect(refused.stderr.match(/is damaged/g)).toHaveLength(1);
    const command = /restore the latest backup: (.*)/.exec(refused.stderr)?.[1] ?? "false";
    execFileSync("sh", ["-c", command]);
    await converges(desk);
  });
});

describe("operators at once", () => {
  test("three from three clones: one does it, the others are told who, where and since when", async () => {
    const desks = [1, 2, 3].map(() => clone(", slow: short"));
    const [first, ...others] = desks;
    if (first === undefined) throw new Error("no clone");
    const winner = first.start(["apply", "--yes"]);
    await until(`grep -q 'began ${first.text}' /srv/log`);
    const refused = await Promise.all(others.map((desk) => desk.hlx("apply", "--yes")));
    expect(refused.map((one) => [isRefused(one), said(one)])).toEqual(refused.map(() => [true, expect.anything()]));
    await host.exec(`touch /srv/go-${first.text}`);
    expect((await winner.ended).code).toBe(0);
    expect(await host.exec("cat /srv/before /srv/after")).toBe(first.text.repeat(2));
    expect(await Promise.all(others.map((desk) => log(desk)))).toEqual(["", ""]);
  });

  test("a holder that was frozen (SIGSTOP) and thaws after another took over is refused on the host", async () => {
    const [frozen, heir] = [clone(", slow: short"), clone()];
    const running = frozen.start(["apply", "--yes"]);
    await until(`grep -q 'began ${frozen.text}' /srv/log`);
    running.kill("SIGSTOP");
    await host.exec(`touch /srv/go-${frozen.text}`);
    await until(`[ -e /srv/done-${frozen.text} ] && ! ls /var/lib/hlx/epoch/*/busy.* 2>/dev/null`);
    await host.exec("touch -d '2 minutes ago' /var/lib/hlx/epoch/*/beat");
    const taking = await heir.hlx("apply", "--yes");
    expect([taking.code, said(taking)]).toEqual([0, expect.stringMatching(/took over the lock of run 1\S* by root/)]);
    running.kill("SIGCONT");
    const thawed = await running.ended;
    expect([thawed.code, said(thawed)]).toEqual([3, expect.stringContaining("another run took over this host: nothing of this request was done")]);
    expect(await host.exec("cat /srv/before /srv/after")).toBe(heir.text.repeat(2));
  });
});

describe("the network", () => {
  test.each(["short", "detached"] as const)("cut by a reset in the middle of a %s step: it is done once, and the next run goes on", async (slow) => {
    const proxy = await startProxy({ to: { port: host.port } });
    proxies.push(proxy);
    const desk = clone(`, slow: ${slow}`, proxy);
    const running = desk.start(["apply", "--yes"]);
    await until(`grep -q 'began ${desk.text}' /srv/log`);
    proxy.cut();
    await host.exec(`touch /srv/go-${desk.text}`);
    const cut = await running.ended;
    // A detached step is attached to again; of a short one nobody knows how it ended.
    expect([cut.code, said(cut)]).toEqual(slow === "detached" ? [0, expect.anything()] : [3, expect.stringMatching(/\? box +command:slow/)]);
    await until(`[ -e /srv/done-${desk.text} ]`);
    await converges(desk);
    expect(await log(desk)).toBe(`began ${desk.text}\nended ${desk.text}\n`);
  });
});

test("the host rebooted in the middle of a step: unknown, the lock is not in the way, and the next run goes on", async () => {
  const desk = clone(", slow: detached");
  const running = desk.start(["apply", "--yes"]);
  await until(`grep -q 'began ${desk.text}' /srv/log`);
  await host.reboot();
  const ended = await running.ended;
  expect([ended.code, said(ended)]).toEqual([3, expect.stringContaining("nobody knows how far it came")]);
  await host.exec(`touch /srv/go-${desk.text}`);
  await converges(desk);
  expect((await host.exec("ls -A /run/hlx/jobs")).trim()).toBe("");
  expect(readdirSync(join(desk.folder, ".hlx/backups")).every((name) => name.endsWith(".db"))).toBe(true);
});
