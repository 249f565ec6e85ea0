// Before the lab tests: an engine that answers and the hosts' image; after them everything is as it was.
import type { TestProject } from "vitest/node";
import { type Engine, engineRun, ensureEngine, leaveEngine } from "../../src/lab/engine.ts";
import { listHosts, removeHosts } from "../../src/lab/hosts.ts";
import { ensureImage } from "../../src/lab/image.ts";
import { isAlive } from "../../src/lab/lock.ts";

/** What each test file gets to know: see hosts.ts. */
export interface LabContext {
  readonly engine: Engine;
  readonly image: string;
  /** Process id of the run: in the names and labels of its hosts. */
  readonly run: number;
}

declare module "vitest" {
  interface ProvidedContext {
    lab: LabContext;
  }
}

const say = (line: string) => process.stderr.write(`lab: ${line}\n`);

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const uid = process.getuid?.() ?? -1;
  const run = process.pid;
  const engine = await ensureEngine({ env: process.env, uid, install: true, user: run, say });
  const leave = async () => {
    await removeHosts(engine, await hostsOfRun(engine, run));
    if (await leaveEngine(engine, run)) say("the lab's Docker daemon is stopped");
  };
  try {
    await sweep(engine);
    const image = await ensureImage({ engine, env: process.env, uid, install: true, now: new Date(), say });
    project.provide("lab", { engine: { ...engine, env: onlyEngine(engine) }, image, run });
  } catch (thrown) {
    await leave();
    throw thrown;
  }
  return leave;
}

// The rest of the environment is each worker's own.
function onlyEngine({ env }: Engine): Engine["env"] {
  return env["DOCKER_HOST"] === undefined ? {} : { DOCKER_HOST: env["DOCKER_HOST"] };
}

async function hostsOfRun(engine: Engine, run: number): Promise<readonly string[]> {
  return (await listHosts(engine, [`hlx.lab.run=${run}`])).map((host) => host.name);
}

/** Hosts of test runs that were killed. */
async function sweep(engine: Engine): Promise<void> {
  const listed = await engineRun(engine, ["ps", "-a", "--filter", "label=hlx.lab.run", "--format", '{{.Names}}\t{{.Label "hlx.lab.run"}}']);
  const dead = listed
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([name, run]) => name !== "" && !isAlive(Number(run)))
    .map(([name = ""]) => name);
  await removeHosts(engine, dead);
}
