// `npm run soak`: hlx is killed again and again on real hosts, and several operators apply at once; prints what was counted.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type BenchHost, openLab } from "../bench/lab.ts";
import { type Desk, newDesk } from "../test/soak/desk.ts";
import { figureLines, figuresOf } from "../test/soak/figures.ts";
import { envOf, type Kill } from "../test/soak/kill.ts";
import { type Contest, contest } from "../test/soak/operators.ts";
import { begin, next, type Rounds } from "../test/soak/rounds.ts";
import { projectFiles, type SoakHost } from "../test/soak/scene.ts";
import { seeded } from "../test/state/helpers.ts";

const usage = `npm run soak -- [options]

  --kills 1000      how many kills
  --minutes 0       end after so many minutes, however many kills there were; 0 is no limit
  --hosts 2         hosts at once, each with an operator of its own
  --seed N          default: the date, such as 20261121
  --out FILE        where the figures go as JSON; default .soak/SEED.json
`;

/** Several operators instead of a kill, every so many rounds. */
const contestEvery = 10;

const say = (line: string): void => void process.stderr.write(`soak: ${line}\n`);
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    minutes: { type: "string", default: "0" },
    hosts: { type: "string", default: "2" },
    seed: { type: "string", default: new Date().toISOString().slice(0, 10).replaceAll("-", "") },
    out: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(usage);
else await soak();

async function soak(): Promise<void> {
  const [kills, minutes, seed] = [Number(values.kills), Number(values.minutes), Number(values.seed)];
  const began = new Date();
  const lab = await openLab({ hosts: Number(values.hosts), python: false, say });
  const desks: Desk[] = [];
  const close = async (): Promise<void> => {
    await lab.close();
    for (const { folder } of desks) rmSync(folder, { recursive: true, force: true });
  };
  const ending = { asked: false };
  process.once("SIGINT", () => {
    ending.asked = true;
    say("ending after this round");
  });
  const counts: Counts = { kills: [], contests: [] };
  const enough = (): boolean => ending.asked || counts.kills.length >= kills || (minutes > 0 && Date.now() - began.getTime() > minutes * 60_000);
  try {
    await Promise.all(
      lab.hosts.map((host, index) => chain(soakHost(host, lab.keyFile), { hostKeys: host.hostKeys, random: seeded(seed + index), desks, counts, enough })),
    );
  } finally {
    await close();
  }
  tell({ seed, began, counts });
}

interface Counts {
  readonly kills: Kill[];
  readonly contests: Contest[];
}

interface Chain {
  readonly hostKeys: readonly string[];
  readonly random: () => number;
  readonly desks: Desk[];
  readonly counts: Counts;
  readonly enough: () => boolean;
}

async function chain(host: SoakHost, { hostKeys, random, desks, counts, enough }: Chain): Promise<void> {
  const known = hostKeys.map((key) => `[${host.address}]:${host.port} ${key}\n`).join("");
  const clones = [1, 2, 3].map(() => newDesk(projectFiles(host), [known]));
  desks.push(...clones);
  const [desk] = clones;
  if (desk === undefined) return;
  const rounds = await begin({ desk, host, random });
  for (const other of clones.slice(1)) await other.start(["secrets", "init"], { env: envOf(0) }).ended;
  for (let round = 1; !enough(); round++) {
    if (round % contestEvery === 0) counts.contests.push(await contestOn(rounds, clones));
    else counts.kills.push(await next(rounds));
    const { faults } = (round % contestEvery === 0 ? counts.contests : counts.kills).at(-1) ?? { faults: [] };
    for (const fault of faults) say(fault);
    if (counts.kills.length % 50 === 0) say(`${counts.kills.length} kills`);
  }
}

// The desk that goes on with kills comes last: its turn is the one that counts.
async function contestOn(rounds: Rounds, clones: readonly Desk[]): Promise<Contest> {
  const result = await contest(clones.toReversed(), rounds.host, { turn: rounds.turn + 1, random: rounds.random });
  rounds.turn = result.turns.at(-1) ?? rounds.turn;
  return result;
}

function soakHost({ address, port, exec }: BenchHost, keyFile: string): SoakHost {
  return { address, port, exec, user: "root", keyFile };
}

function tell({ seed, began, counts }: { readonly seed: number; readonly began: Date; readonly counts: Counts }): void {
  const hlx = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const figures = figuresOf({ seed, began, ended: new Date(), hlx, ...counts });
  const out = values.out ?? `.soak/${seed}.json`;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(figures, undefined, 2)}\n`);
  process.stdout.write(`${figureLines(figures).join("\n")}\n`);
  process.exitCode = figures.wrong.length === 0 ? 0 : 1;
}
