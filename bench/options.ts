// What `npm run bench -- …` takes.
import { parseArgs } from "node:util";
import { ansible, mitogen } from "./tools/ansible.ts";
import { hlx, hlxApply } from "./tools/hlx.ts";
import { limit } from "./tools/limit.ts";
import { pyinfra } from "./tools/pyinfra.ts";
import type { Tool } from "./tools/tool.ts";
import { type Workload, w1, w2 } from "./workload.ts";

export interface BenchOptions {
  readonly hosts: readonly number[];
  /** Round-trip times in milliseconds. */
  readonly delays: readonly number[];
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  readonly tools: readonly Tool[];
  /** Write docs/benchmarks.md. */
  readonly publish: boolean;
}

/** The order is that of the tables; the limit comes first, for ratios are made with it. */
const tools = [limit, hlx, hlxApply, pyinfra, mitogen, ansible];

export const usage = `npm run bench -- [options]

  --hosts 1,5          how many hosts (--full: 1,10,20)
  --delay 0            round-trip times in ms (--full: 0,20)
  --rounds 3           interleaved rounds (--full: 5); a tool stops early in a scene once it took a minute
  --only w1            one workload: w1 (converged check) or w2 (100 new files)
  --tools hlx,limit    of ${tools.map(({ name }) => name).join(", ")}
  --full               everything
  --publish            write the tables to docs/benchmarks.md
`;

/** Throws what parseArgs throws, and an Error for names that nobody has. */
export function parseOptions(argv: readonly string[]): BenchOptions | "help" {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { hosts: text, delay: text, rounds: text, only: text, tools: text, full: flag, publish: flag, help: flag },
  });
  if (values.help) return "help";
  const [hosts, delay, rounds] = values.full ? ["1,10,20", "0,20", "5"] : ["1,5", "0", "3"];
  return {
    hosts: numbers(values.hosts ?? hosts),
    delays: numbers(values.delay ?? delay),
    rounds: numbers(values.rounds ?? rounds)[0] ?? 1,
    workloads: named([w1, w2], values.only),
    tools: named(tools, values.tools),
    publish: values.publish,
  };
}

function numbers(text: string): readonly number[] {
  const all = text.split(",").map(Number);
  if (all.some((number) => !Number.isInteger(number) || number < 0)) throw new Error(`not a list of numbers: ${text}`);
  return all;
}

function named<Named extends { readonly name: string }>(all: readonly Named[], text: string | undefined): readonly Named[] {
  if (text === undefined) return all;
  const names = text.split(",");
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`nothing is called ${unknown}: there is ${all.map(({ name }) => name).join(", ")}`);
  return all.filter(({ name }) => names.includes(name));
}
