// One request of short steps: fenced, stopped at the first failure, each step reported behind a marker.
import type { ShortStep } from "../../model/ports/shell.ts";
import { type StepResult, titleOf } from "../../model/step.ts";
import { guardedStatus } from "./compile.ts";
import type { Reply } from "./remote.ts";
import { writingFunctions } from "./scripts/fence.ts";
import { fileFunctions } from "./scripts/write.ts";
import { assign } from "./words.ts";

/** Where a writing request stands: the fence's names, and the marker of its reports. */
export interface Standing {
  readonly lib: string;
  readonly run: string;
  readonly epoch: number;
  readonly runId: string;
  readonly mark: string;
}

export const takenOver = "another run took over this host: nothing of this request was done";

/** The whole request: `steps` are compiled texts, each done with its output in a file and reported. */
export function writingText(steps: readonly string[], standing: Standing): string {
  const { lib, run, epoch, runId, mark } = standing;
  const names = assign({ hlx_lib: lib, hlx_run: run, hlx_epoch: String(epoch), hlx_run_id: runId, hlx_mark: mark });
  const reported = steps.map((step, index) => `{\n${step}} >"$hlx_out" 2>&1\nhlx_report ${index} "$?" || { hlx_sweep "$hlx_stages"; hlx_end; exit; }\n`);
  const refused = `hlx_begin || { hlx_fenced && printf '\\n%s fence 1\\n' "$hlx_mark"; exit 1; }\n`;
  const begun = `printf '\\n%s begun 0\\n' "$hlx_mark"\n`;
  return `${names}${writingFunctions}${fileFunctions}${refused}${begun}${reported.join("")}hlx_end`;
}

/** What became of each step: what was reported is known; after a cut the one in flight and all later ones are unknown. */
export function resultsOf(steps: readonly ShortStep[], reply: Reply, mark: string): readonly StepResult[] {
  const reports = reportsOf(reply.reply === "ended" ? reply.stdout : reply.partial, mark);
  if (reports.fenced) return steps.map(() => ({ result: "failed", output: "", exitStatus: 1, because: takenOver }));
  const rest = restOf(reply, reports.begun);
  const failed = reports.steps.findIndex(({ status }) => status !== 0);
  return steps.map((step, index) => {
    const report = reports.steps[index];
    if (report !== undefined) return resultOf(step, report);
    return failed >= 0 ? { result: "skipped" } : rest(index === reports.steps.length);
  });
}

export interface Report {
  readonly output: string;
  readonly status: number;
}

export interface Reports {
  readonly fenced: boolean;
  /** The host got past the fence. */
  readonly begun: boolean;
  readonly steps: readonly Report[];
}

/** Reads the reports in order: `OUTPUT \n MARK INDEX STATUS \n`. What is cut off in the middle does not count. */
export function reportsOf(bytes: Buffer, mark: string): Reports {
  const parts = bytes.toString("utf8").split(`\n${mark} `);
  const read = parts.slice(1).map((part) => /^(\w+) (\d+)\n([\s\S]*)$/.exec(part) ?? []);
  const steps: Report[] = [];
  let output = "";
  for (const [, index = "", status = "", rest = ""] of read) {
    if (index === String(steps.length)) steps.push({ output, status: Number(status) });
    output = rest;
  }
  return { fenced: read.some(([, index]) => index === "fence"), begun: read.some(([, index]) => index === "begun"), steps };
}

function resultOf(step: ShortStep, { output, status }: Report): StepResult {
  if (status === 0) return { result: "done", output };
  return {
    result: "failed",
    output,
    exitStatus: status,
    because: step.do === "guarded" ? guardedBecause(step.verify.title, status) : `${titleOf(step)}: exit status ${status}`,
  };
}

function guardedBecause(title: string, status: number): string {
  switch (status) {
    case guardedStatus.hold:
      return "what was there could not be kept: nothing was done";
    case guardedStatus.verify:
      return `the check that ${title} failed; what was there was put back`;
    case guardedStatus.step:
      return "a step failed; what was there was put back";
    default:
      return "it failed, and what was there could not be put back";
  }
}

/** What to say of steps without a report. After a cut nobody knows; a request that ended early did nothing after the step in flight. */
function restOf(reply: Reply, begun: boolean): (inFlight: boolean) => StepResult {
  if (reply.reply === "cut") return () => ({ result: "unknown", because: reply.because.message });
  const output = reply.stderr.toString("utf8");
  const first: StepResult = begun
    ? { result: "unknown", because: "its shell was killed on the host" }
    : { result: "failed", output, exitStatus: reply.status, because: "the host could not begin with it" };
  return (inFlight) => (inFlight ? first : { result: "skipped" });
}
