// Medians and ratios, as data and as Markdown.
import type { SceneSpec, ToolResult } from "./scene.ts";

export interface Row {
  readonly tool: string;
  /** How many runs; 0 when it could not be measured. */
  readonly k: number;
  readonly wallS: number;
  readonly fromS: number;
  readonly toS: number;
  /** To the limit, by medians. */
  readonly ratio?: number;
  readonly cpuS: number;
  readonly rssMiB: number;
  readonly turns?: number;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  readonly problem?: string;
}

export interface Table {
  readonly workload: string;
  readonly hosts: number;
  readonly delayMs: number;
  readonly rows: readonly Row[];
}

export function tableOf({ workload, hosts, delayMs }: SceneSpec, results: readonly ToolResult[]): Table {
  const rows = results.map(rowOf);
  const limit = rows.find(({ tool, k }) => tool === "limit" && k > 0)?.wallS;
  return { workload: workload.name, hosts, delayMs, rows: rows.map((row) => (limit === undefined ? row : { ...row, ratio: row.wallS / limit })) };
}

export function markdown({ workload, hosts, delayMs, rows }: Table): string {
  const title = { w1: "W1: check of a converged host", w2: "W2: 100 new files" }[workload] ?? workload;
  const counted = rows.some(({ turns }) => turns !== undefined);
  const head = ["tool", "wall s (min–max)", "to the limit", "k", "client CPU s", "RSS MiB", ...(counted ? ["turns", "KB up", "KB down"] : [])];
  const lines = rows.map((row) => cellsOf(row, counted));
  const table = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
  return `### ${title}, ${hosts} ${hosts === 1 ? "host" : "hosts"}${delayMs === 0 ? "" : `, ${delayMs} ms round trip`}\n\n${table}`;
}

function cellsOf(row: Row, counted: boolean): readonly string[] {
  const { tool, k, wallS, fromS, toS, ratio, cpuS, rssMiB } = row;
  if (k === 0) return [tool, "not measured", ...Array.from({ length: counted ? 7 : 4 }, () => "–")];
  const wall = `${wallS.toFixed(2)} (${fromS.toFixed(2)}–${toS.toFixed(2)})`;
  const traffic = [fixed(row.turns, 1), fixed(kilo(row.bytesUp), 1), fixed(kilo(row.bytesDown), 1)];
  return [
    tool,
    wall,
    ratio === undefined ? "–" : `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`,
    `${k}`,
    cpuS.toFixed(2),
    rssMiB.toFixed(0),
    ...(counted ? traffic : []),
  ];
}

function rowOf({ tool, samples, problem }: ToolResult): Row {
  const walls = samples.map(({ wallS }) => wallS);
  const traffic = samples.flatMap((sample) => sample.traffic ?? []);
  const counted = traffic.length === 0 ? {} : { turns: median(traffic.map((one) => one.turns)) };
  const bytes = traffic.length === 0 ? {} : { bytesUp: median(traffic.map((one) => one.bytesUp)), bytesDown: median(traffic.map((one) => one.bytesDown)) };
  return {
    ...{ tool, k: samples.length, wallS: median(walls), fromS: Math.min(...walls), toS: Math.max(...walls) },
    ...{ cpuS: median(samples.map(({ cpuS }) => cpuS)), rssMiB: median(samples.map(({ rssMiB }) => rssMiB)), ...counted, ...bytes },
    ...(problem === undefined ? {} : { problem }),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function kilo(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1000;
}

function fixed(number: number | undefined, digits: number): string {
  return number === undefined ? "–" : number.toFixed(digits);
}
