// Killed at every write that it asks of a cluster, the same command again ends with every guest once: the real command line, this machine as the nodes' login.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { clusterDesk, file, guestLine } from "../proxmox/cluster-desk.ts";
import { type Desk, type HlxRun, inside, type Running } from "../soak/desk.ts";

const guests = [
  guestLine("near1", { id: 511, node: "pve1" }),
  guestLine("near2", { id: 512, node: "pve1", more: "pool: kube, disks: { scsi1: 20G }" }),
  guestLine("far1", { id: 521, node: "pve2", more: "cores: 2" }),
  guestLine("far2", { id: 522, node: "pve2", more: "pool: kube, agent: true" }),
].join("");
const plays = "- hosts: pve1\n  roles:\n    - proxmox-cluster: { mappings: false, pools: { kube: } }\n";

/** What hlx keeps on hosts is a folder of the project: each run sees it in place of this machine's. */
const within = (desk: Desk): readonly string[] => {
  const script = 'mount --bind "$1" /var/lib/hlx && mount --bind "$2" /run/hlx && shift 2 && exec "$@"';
  const folders = ["lib", "run"].map((name) => join(desk.folder, name));
  for (const folder of [...folders, "/var/lib/hlx", "/run/hlx"]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return ["unshare", "--mount", "sh", "-c", script, "sh", ...folders];
};

interface Scene {
  readonly double: Double;
  readonly desk: Desk;
  start(...args: readonly string[]): Running;
  /** Ends of tasks that somebody waits for. */
  readonly held: (() => void)[];
}

async function inScene<Result>(work: (scene: Scene) => Promise<Result>): Promise<Result> {
  const double = await proxmoxDouble();
  const desk = clusterDesk(double, { guests, plays, login: "address: 127.0.0.1, connection: local" });
  try {
    return await work({ double, desk, start: (...args) => desk.start(args, { within: within(desk) }), held: [] });
  } finally {
    double.stop();
    rmSync(desk.folder, { recursive: true, force: true });
  }
}

interface Killing {
  /** At which of its writes. */
  readonly at: number;
  kill(running: Running): void;
}

/** Applies, and kills hlx at a write; its exit code where it ended before. The task that this write starts waits in `double.later`. */
async function killed({ double, start, held }: Scene, { at, kill }: Killing): Promise<number | null> {
  const before = double.writes.length;
  const holdIfNext = (next: number): void => {
    double.taskMs = next === at ? 1 : 0;
  };
  double.later = (end) => void held.push(end);
  double.onWrite = () => {
    const written = double.writes.length - before;
    if (written === at) kill(running);
    holdIfNext(written + 1);
  };
  holdIfNext(1);
  const running = start("apply", "--yes");
  const { code, stdout, stderr } = await running.ended;
  Object.assign(double, { onWrite: () => undefined, taskMs: 0 });
  if (code !== null) expect(code, stdout + stderr).toBe(0);
  return code;
}

/** Applies again; what was held goes on only after this run has come upon it. */
async function again({ double, start, held }: Scene): Promise<HlxRun> {
  const before = double.reads;
  const { ended } = start("apply", "--yes");
  await vi.waitUntil(() => double.reads > before, { timeout: 60_000, interval: 20 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const end of held.splice(0)) end();
  return ended;
}

const allOf = (double: Double): object => Object.fromEntries([...double.guests].map(([id, { node, pool, config }]) => [id, { node, pool, ...config }]));
const guest = (name: string, more: object) => ({
  ...{
    name,
    description: `managed by hlx as ${name}`,
    cores: "1",
    memory: "1024",
    agent: "enabled=1",
    pool: undefined,
    ide2: expect.stringContaining("cloudinit"),
  },
  ...{ scsi0: expect.stringMatching(/^thin:vm-\d+-disk-0,discard=on,iothread=1,size=10G$/), ...more },
});

/** The same command again ends well, then nothing is left to do, and nothing is there twice. */
async function endsWell(scene: Scene, said: string): Promise<void> {
  const { double, desk } = scene;
  const { code, stdout, stderr } = await again(scene);
  expect(code, `${said}\n${double.writes.join("\n")}\n${stdout}${stderr}`).toBe(0);
  const plan = await inside(desk, ["plan", "--detailed-exitcode"]);
  expect(plan.code, `${said}\n${plan.stdout}${plan.stderr}`).toBe(0);
  expect(allOf(double), said).toEqual({
    9999: expect.objectContaining({ node: "pve1", template: "1", scsi0: expect.stringMatching(/^thin:base-9999-disk-0,/) }),
    511: expect.objectContaining(guest("near1", { node: "pve1" })),
    512: expect.objectContaining(guest("near2", { node: "pve1", pool: "kube", scsi1: "thin:vm-512-disk-1,size=20G" })),
    521: expect.objectContaining(guest("far1", { node: "pve2", cores: "2" })),
    522: expect.objectContaining(guest("far2", { node: "pve2", pool: "kube" })),
  });
  expect(JSON.stringify(allOf(double)), said).not.toMatch(/"(lock|unused\d+)":|qmclone/);
  expect(double.held.volumes.map(({ node, volid }) => `${node} ${volid}`).toSorted(), said).toEqual(
    ["pve1", "pve2"].map((node) => `${node} local:import/${file}`),
  );
  const first = (pattern: RegExp): number => double.writes.findIndex((write) => pattern.test(write));
  expect(first(/^POST \/nodes\/pve2\/storage\/local\/download-url/), said).toBeLessThan(first(/^POST \/nodes\/pve2\/qemu /));
  const made = double.writes.flatMap((write) => /^POST \/nodes\/[^ ]+ \{"(?:vmid|newid)":"(\d+)"/.exec(write)?.[1] ?? []);
  expect(made.toSorted(), said).toEqual(["511", "512", "521", "522", "9999"]);
}

const isMaking = /^POST \/nodes\/[^ /]+\/qemu(\/\d+\/clone)? /;

test("killed while any one of its requests is done, and before it is answered: the task goes on meanwhile", { timeout: 600_000 }, async () => {
  const once = (at: number): Promise<boolean> =>
    inScene(async (scene) => {
      const { double } = scene;
      const code = await killed(scene, { at, kill: (running) => running.kill("SIGKILL") });
      const write = double.writes[at - 1] ?? "";
      // What is half made is locked, and bears no mark yet.
      if (code === null && isMaking.test(write)) expect(JSON.stringify(allOf(double)), write).toMatch(/"lock":"(clone|create)"/);
      await endsWell(scene, `killed at write ${at} (${write})`);
      return code !== null;
    });
  const whole: number[] = [];
  let next = 1;
  const worker = async (): Promise<void> => {
    while (whole.length === 0) {
      const at = next++;
      if (await once(at)) whole.push(at);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  expect(Math.min(...whole)).toBe(16);
});

test("killed after an answer, again and again on the same cluster", { timeout: 600_000 }, async () => {
  await inScene(async (scene) => {
    const afterwards = (running: Running): void => void setTimeout(() => running.kill("SIGKILL"), 5);
    let runs = 0;
    for (let code: number | null = null; code === null; runs++) {
      code = await killed(scene, { at: 1, kill: afterwards });
      for (const end of scene.held.splice(0)) end();
    }
    expect(runs).toBeGreaterThan(4);
    await endsWell(scene, `killed ${runs} times`);
  });
});
