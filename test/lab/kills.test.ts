// Fifty kills of a real apply on a real host, at instants that a seed gives: the next run makes everything good, each time.
import { readFileSync, rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { newDesk } from "../soak/desk.ts";
import type { Kill } from "../soak/kill.ts";
import { begin, next } from "../soak/rounds.ts";
import { projectFiles } from "../soak/scene.ts";
import { seeded } from "../state/helpers.ts";
import { freshHosts, type LabHost } from "./hosts.ts";

const seed = Number(process.env["HLX_SEED"] ?? 20261121);
const kills = Number(process.env["HLX_KILLS"] ?? 50);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Hosts at once, each with an operator of its own. */
const chains = 2;

test(`${kills} kills with the seed ${seed}: nothing lost, nothing doubled, nothing left over, and nobody is asked`, { timeout: 900_000 }, async () => {
  const hosts = await freshHosts(chains);
  const done = (await Promise.all(hosts.map((host, index) => chain(host, seed + index)))).flat();
  expect(
    done.filter(({ faults }) => faults.length > 0),
    `HLX_SEED=${seed} repeats it`,
  ).toEqual([]);
  // How many depends on how fast the machine is; none would mean that nothing was tested where it matters.
  expect(done.filter(({ phase }) => phase === "a step in flight").length, "the seed hits steps in flight").toBeGreaterThan(0);
});

async function chain(host: LabHost, chainSeed: number): Promise<readonly Kill[]> {
  const desk = newDesk(projectFiles(host), [readFileSync(host.knownHosts, "utf8")]);
  folders.push(desk.folder);
  const rounds = await begin({ desk, host, random: seeded(chainSeed) });
  const done: Kill[] = [];
  while (done.filter(({ phase }) => phase !== "ended").length < kills / chains) done.push(await next(rounds));
  return done;
}
