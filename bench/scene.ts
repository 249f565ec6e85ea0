// One workload on some hosts over one network: makes the scene, and runs its tools in turns.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type CountingProxy, startProxy } from "../src/testing/proxy.ts";
import { type Measured, measure } from "./child.ts";
import type { BenchHost, BenchLab } from "./lab.ts";
import { hlxApply } from "./tools/hlx.ts";
import type { Scene, Tool } from "./tools/tool.ts";
import type { Workload } from "./workload.ts";

export interface SceneSpec {
  readonly workload: Workload;
  readonly hosts: number;
  /** Round-trip time in milliseconds; with 0 the hosts are reached without a proxy. */
  readonly delayMs: number;
}

/** What passed the proxies of one run. */
export interface Traffic {
  /** Serial round trips. */
  readonly turns: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export type Sample = Measured & { readonly traffic?: Traffic };

export interface ToolResult {
  readonly tool: string;
  readonly samples: readonly Sample[];
  /** Why it has no samples, or no more. */
  readonly problem?: string;
}

/** A tool that took so long in a scene is not run again in it. */
const enoughS = 60;

/** Runs every tool once a round, each round beginning with another tool. */
export async function runScene(lab: BenchLab, spec: SceneSpec, { tools, rounds }: { tools: readonly Tool[]; rounds: number }): Promise<readonly ToolResult[]> {
  const hosts = lab.hosts.slice(0, spec.hosts);
  const proxies = spec.delayMs === 0 ? [] : await Promise.all(hosts.map(({ port }) => startProxy({ to: { port }, delayMs: spec.delayMs / 2 })));
  const scene = sceneOf(lab, spec, proxies);
  await prepareHosts(scene, hosts);
  const tallies = tools.map((tool): Tally => ({ tool, samples: [] }));
  for (let round = 0; round < rounds; round++) for (const tally of turned(tallies, round)) await oneRun(tally, scene, { hosts, proxies });
  await Promise.all(proxies.map((proxy) => proxy.close()));
  return tallies.map(({ tool, ...result }) => ({ tool: tool.name, ...result }));
}

interface Tally {
  readonly tool: Tool;
  readonly samples: Sample[];
  problem?: string;
}

interface Reached {
  readonly hosts: readonly BenchHost[];
  readonly proxies: readonly CountingProxy[];
}

async function oneRun(tally: Tally, scene: Scene, reached: Reached): Promise<void> {
  if (tally.problem !== undefined || spent(tally.samples) > enoughS) return;
  const { sample, problem } = await runTool(tally.tool, scene, reached);
  if (problem === undefined) tally.samples.push(sample);
  else tally.problem = problem;
}

function sceneOf(lab: BenchLab, { workload, hosts: count, delayMs }: SceneSpec, proxies: readonly CountingProxy[]): Scene {
  const home = join(lab.folder, "home");
  const knownHosts = join(home, ".ssh/known_hosts");
  const hosts = lab.hosts.slice(0, count).map(({ name, address, port }, index) => ({ name, address, port: proxies[index]?.port ?? port }));
  const lines = hosts.flatMap(({ address, port }, index) => (lab.hosts[index]?.hostKeys ?? []).map((key) => `[${address}]:${port} ${key}\n`));
  appendFileSync(knownHosts, lines.join(""));
  return { workload, hosts, knownHosts, home, keyFile: lab.keyFile, folder: join(lab.folder, `${workload.name}-${count}-${delayMs}`) };
}

// W1 has to be converged; and what is in caches in the first run is in no tool's favour.
async function prepareHosts(scene: Scene, hosts: readonly BenchHost[]): Promise<void> {
  await empty(scene.workload, hosts);
  const ran = await measure(hlxApply.prepare(scene));
  if (ran.status !== 0) throw new Error(`making the hosts ready: ${ran.output.slice(-1500)}`);
}

async function runTool(tool: Tool, scene: Scene, { hosts, proxies }: Reached): Promise<{ readonly sample: Sample; readonly problem: string | undefined }> {
  const command = tool.prepare(scene);
  await empty(scene.workload, hosts);
  for (const proxy of proxies) proxy.reset();
  const measured = await measure(command);
  const sample = proxies.length === 0 ? measured : { ...measured, traffic: trafficOf(proxies) };
  return { sample, problem: tool.wrong(measured, scene) ?? (await unwritten(scene.workload, hosts)) };
}

function trafficOf(proxies: readonly CountingProxy[]): Traffic {
  const mean = (of: (proxy: CountingProxy) => number): number => proxies.reduce((sum, proxy) => sum + of(proxy), 0) / proxies.length;
  return { turns: mean((proxy) => proxy.turns()), bytesUp: mean((proxy) => proxy.bytesUp()), bytesDown: mean((proxy) => proxy.bytesDown()) };
}

async function empty({ name, folder }: Workload, hosts: readonly BenchHost[]): Promise<void> {
  if (name === "w2") await Promise.all(hosts.map((host) => host.exec(`find ${folder} -mindepth 1 -delete`)));
}

async function unwritten({ name, folder, files }: Workload, hosts: readonly BenchHost[]): Promise<string | undefined> {
  if (name !== "w2") return undefined;
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const there = await Promise.all(hosts.map((host) => host.exec(`find ${folder} -type f -perm 0644 -user root | wc -l; cat ${folder}/*.conf | wc -c`)));
  return there.every((printed) => printed === `${files.length}\n${bytes}\n`) ? undefined : `not all files are there: ${there.join(" ")}`;
}

function spent(samples: readonly Sample[]): number {
  return samples.reduce((sum, { wallS }) => sum + wallS, 0);
}

function turned<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
