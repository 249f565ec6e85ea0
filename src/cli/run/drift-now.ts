// hlx drift: look, compare with the checks before, say it everywhere it was asked for.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lookForDrift } from "../../engine/drift.ts";
import { withSuspects } from "../../engine/suspects.ts";
import type { Work } from "../../engine/world.ts";
import { withTexts } from "../../lib/json.ts";
import type { DriftReport } from "../../model/drift.ts";
import { type Problem, problemOf } from "../../model/problem.ts";
import { isDrifted } from "../../plan/drift.ts";
import { driftHtml } from "../../report/drift-html.ts";
import { driftJunit } from "../../report/drift-junit.ts";
import { driftPrometheus } from "../../report/drift-prometheus.ts";
import { type DriftMemory, hasHealed, newsOf, readMemory, remember, withSince } from "../../report/drift-status.ts";
import { newsText, tell, type Ways } from "../../report/notify.ts";
import { mailTarget, secretsOfTarget, type Target, urlTarget } from "../../report/notify-target.ts";
import { writeReport } from "../../report/write.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { driftDocument } from "../views/documents.ts";
import { driftedCount, driftLines } from "../views/drift.ts";
import { healingOf, healNow } from "./heal-now.ts";
import { hide } from "./hide.ts";
import { projectOf } from "./plan-now.ts";
import { commitOf } from "./run-record.ts";
import { readTargets } from "./schedule-file.ts";
import { withWorld } from "./session.ts";
import { openWork } from "./work.ts";
import { openState } from "./world.ts";

/** Looks, prints, writes the reports, and tells whoever wants to know when it is not what was told last. */
export async function driftNow(context: Context): Promise<Standing> {
  const { given, printer } = context;
  const asked = targetsOf(context);
  const work = await openWork(context);
  const folder = join(work.inventory.folder, ".hlx");
  if (given.flag("unlessBusy") && (await isBusy(work, context))) {
    printer.err(["skipped: an apply is running"]);
    return {};
  }
  const targets = given.flag("scheduled") ? [...asked, ...readTargets(folder)] : asked;
  const memory = readMemory(textOf(join(folder, "drift.json")));
  const allow = healingOf(context);
  const healing = allow === undefined ? undefined : { allow, commit: commitOf(work.inventoryFile, context) };
  const { report, standing } = await withWorld(context, projectOf(work), async (world) => {
    const found = await lookForDrift(world, work, { unmanaged: given.flag("unmanaged") });
    const drift = { ...found, report: await withSuspects(withSince(found.report, memory), world, work) };
    return healing === undefined || !drift.report.items.some(isDrifted)
      ? { report: drift.report, standing: {} }
      : healNow(drift, healing, { world, work, context });
  });
  hide(context, targets.flatMap(secretsOfTarget));
  writeReports(report, context);
  if (given.flag("json")) printer.document(driftDocument(report));
  else printer.out(driftLines(report, { ...printer.screen, verbose: given.count("verbose") > 0 }));
  const problems = await tellChange(report, { targets, memory, folder, context });
  return { ...standing, ...standingOf(report, problems) };
}

function standingOf(report: DriftReport, problems: readonly Problem[]): Standing {
  const unknown = report.items.flatMap(({ status, because }) =>
    status === "unknown" && because !== undefined && because.code !== "unreachable" ? [because] : [],
  );
  return { drifted: driftedCount(report), unreachable: report.unreachable.length, problems: [...unknown, ...problems] };
}

/** What --notify and --notify-mail name. Throws ProblemError (usage). */
export function targetsOf({ given }: Context): readonly Target[] {
  return [...given.texts("notify").map(urlTarget), ...given.texts("notifyMail").map(mailTarget)];
}

// The lock is only looked at: a check must never keep anybody from applying.
async function isBusy({ inventory }: Work, { io }: Context): Promise<boolean> {
  const state = await openState(resolve(inventory.folder), io);
  try {
    const lock = await state.lock(`${io.user} (hlx drift)`);
    if (lock.lock === "held") await lock.release();
    return lock.lock === "refused";
  } finally {
    await state.close();
  }
}

function writeReports(report: DriftReport, { given, io, printer }: Context): void {
  const sorts = [
    { name: "junit", text: driftJunit, mode: 0o600 },
    { name: "html", text: driftHtml, mode: 0o600 },
    // Read by node_exporter, which is another user; it holds names and counts alone.
    { name: "prom", text: driftPrometheus, mode: 0o644 },
  ];
  for (const { name, text, mode } of sorts) {
    const file = given.text(name);
    if (file !== undefined) writeReport(resolve(io.cwd, file), printer.redact(text(report)), { option: `--${name}`, mode, random: io.randomHex(4) });
  }
}

interface Telling {
  readonly targets: readonly Target[];
  readonly memory: DriftMemory;
  readonly folder: string;
  readonly context: Context;
}

// Told is remembered only when everybody heard it: the next check tries again.
async function tellChange(report: DriftReport, { targets, memory, folder, context }: Telling): Promise<readonly Problem[]> {
  const news = newsOf(report);
  const changed = targets.length > 0 && (news !== memory.told || hasHealed(report));
  const text = redacted(newsText(report, driftDocument(report)), context);
  const answers = changed ? await Promise.allSettled(targets.map((target) => tell(target, text, waysOf(context)))) : [];
  const problems = answers.flatMap((answer) => (answer.status === "rejected" ? [problemOf(answer.reason)] : []));
  for (const { message } of problems) context.printer.err([message]);
  const told = changed && problems.length === 0 ? news : memory.told;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeReport(join(folder, "drift.json"), JSON.stringify({ ...remember(report, memory), told }), {
    option: "remembering in",
    mode: 0o600,
    random: context.io.randomHex(4),
  });
  return problems;
}

function redacted<Value>(value: Value, { printer }: Context): Value {
  return withTexts(value, printer.redact);
}

function waysOf({ io }: Context): Ways {
  return {
    fetch: (input, init) => fetch(input, init),
    sendmail: (message) =>
      new Promise((done, refuse) => {
        const child = spawn("sendmail", ["-i", "-t"], {
          stdio: ["pipe", "ignore", "ignore"],
          env: { ...io.env, PATH: `${io.env["PATH"] ?? ""}:/usr/sbin:/usr/lib` },
        });
        child.once("error", refuse);
        child.stdin.once("error", () => {});
        child.once("close", (status) => (status === 0 ? done() : refuse(new Error(`sendmail ended with ${status ?? "a signal"}`))));
        child.stdin.end(message);
      }),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
