// `npm run bench`: hlx beside Ansible, Mitogen, pyinfra and the bare limit, on the lab's hosts, in turns.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { type BenchLab, openLab } from "./lab.ts";
import { type BenchOptions, parseOptions, usage } from "./options.ts";
import { type About, page } from "./page.ts";
import { installPeers, versions } from "./peers.ts";
import { runScene, type SceneSpec } from "./scene.ts";
import { markdown, type Table, tableOf } from "./table.ts";

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
const options = parseOptions(process.argv.slice(2));

if (options === "help") process.stdout.write(usage);
else await bench(options);

async function bench(given: BenchOptions): Promise<void> {
  const peers = given.tools.some(({ name }) => ["ansible", "mitogen", "pyinfra"].includes(name));
  if (peers) await installPeers(say);
  const about = await aboutNow(peers, given.rounds);
  const lab = await openLab({ hosts: Math.max(...given.hosts), python: peers, say });
  const closed = { done: false };
  const close = async (): Promise<void> => {
    if (closed.done) return;
    closed.done = true;
    await lab.close();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void close().then(() => process.exit(130)));
  try {
    keep(await allScenes(lab, given), about, given);
  } finally {
    await close();
  }
}

async function allScenes(lab: BenchLab, { workloads, hosts, delays, tools, rounds }: BenchOptions): Promise<readonly Table[]> {
  const specs = workloads.flatMap((workload) => delays.flatMap((delayMs) => hosts.map((count): SceneSpec => ({ workload, hosts: count, delayMs }))));
  const tables: Table[] = [];
  for (const spec of specs) {
    const taking = tools.filter(({ name }) => name !== "hlx-apply" || spec.workload.name === "w1");
    const results = await runScene(lab, spec, { tools: taking, rounds });
    for (const { tool, problem } of results) if (problem !== undefined) say(`${tool}: ${problem}`);
    const table = tableOf(spec, results);
    process.stdout.write(`${markdown(table)}\n`);
    tables.push(table);
  }
  return tables;
}

async function aboutNow(peers: boolean, rounds: number): Promise<About> {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores ${cpu?.model ?? ""}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return { date: new Date().toISOString().slice(0, 16), machine, load: loadavg().map((one) => one.toFixed(1)), rounds, versions: await versions(peers) };
}

function keep(tables: readonly Table[], about: About, { publish }: BenchOptions): void {
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${about.date.replace(/\W/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify({ ...about, tables }, undefined, 2)}\n`);
  say(`kept in ${file}`);
  if (publish) writeFileSync(join(import.meta.dirname, "../docs/benchmarks.md"), page(about, tables));
}
