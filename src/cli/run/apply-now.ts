// Applies: a fresh plan in the world it was made in, or a saved one.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { applyPlan } from "../../engine/apply.ts";
import type { Planned } from "../../engine/plan.ts";
import type { Work, World } from "../../engine/world.ts";
import type { Found } from "../../model/kind.ts";
import type { Plan } from "../../model/plan.ts";
import type { Address } from "../../model/resource.ts";
import { guardedRisks } from "../../plan/totals.ts";
import { askYes } from "../ask.ts";
import type { Context } from "../command.ts";
import { pendingIn, standingOf } from "../commands/plan.ts";
import type { Standing } from "../exit.ts";
import { startProgress } from "../progress/progress.ts";
import { visible } from "../views/escape.ts";
import { type Approval, approve, saidYes } from "./approve.ts";
import { finish } from "./finish.ts";
import { openWarned, type PlanNow, planTimed, projectOf, sayNotice } from "./plan-now.ts";
import { unsealed } from "./plan-seal.ts";
import { commitOf, startOf } from "./run-record.ts";
import { readPlan } from "./saved.ts";
import { openSecretsOf } from "./secrets.ts";
import { type Around, type Ears, withWorld } from "./session.ts";
import { showPlan } from "./show-plan.ts";
import { stepping } from "./step.ts";

/** An open world with whoever listens to it. */
export interface Opened {
  readonly context: Context;
  readonly world: World;
  readonly ears: Ears;
  /** The run that this takes back. */
  readonly undoes?: number;
}

/** Plans, shows, asks, applies. */
export async function applyFresh(context: Context): Promise<Standing> {
  return applyWork(await openWarned(context), context);
}

/** The same for work that is read already; `around` are a world's options that are not the usual ones. */
export function applyWork(work: Work, context: Context, around: Around = {}): Promise<Standing> {
  return withWorld(context, { ...projectOf(work), ...around }, (world, ears) => applyIn(work, { context, world, ears }));
}

/** The same in a world that is open. */
export async function applyIn(work: Work, around: Opened): Promise<Standing> {
  const commit = commitOf(work.inventoryFile, around.context);
  around.ears.listen((event) => sayNotice(event, around.context));
  const { plan, found, tookMs } = await planAsking(around.world, work, around.context);
  return showThenApply({ plan, found, saved: false }, { ...around, commit, tookMs, forks: work.forks });
}

/** The same with a plan that is made already. */
export function applyPlanned({ plan, found }: Planned, around: Opened & { readonly forks: number; readonly tookMs: number }): Promise<Standing> {
  return showThenApply({ plan, found, saved: false }, { ...around, commit: commitOf(plan.inventory, around.context) });
}

/** The same without a question, whatever it risks: what it takes away came with the run that it takes back. */
export function applyBack({ plan, found }: Planned, around: Opened & { readonly forks: number }): Promise<Standing> {
  return doApply({ plan, found, saved: false }, { approved: true, allow: guardedRisks }, { ...around, commit: commitOf(plan.inventory, around.context) });
}

// What the chosen hosts require elsewhere is done only when somebody says so: by -w, or when asked.
async function planAsking(world: World, work: Work, context: Context): Promise<PlanNow> {
  const planned = await planTimed(world, work);
  const { elsewhere } = planned.plan;
  if (elsewhere.length === 0 || saidYes(context) || context.io.in.isTTY !== true) return planned;
  const hosts = [...new Set(elsewhere.map(({ host }) => visible(host)))].join(", ");
  const wanted = await askYes(context.io, `This requires ${elsewhere.length} more on ${hosts}. Include it (-w)?`);
  return wanted ? planTimed(world, { ...work, withRequired: true }) : planned;
}

/** Applies exactly what a file holds. The state is beside its inventory; on a machine that has no such file, in the current folder. */
export async function applySaved(file: string, context: Context): Promise<Standing> {
  const read = await readPlan(file, context.io.cwd);
  const folder = existsSync(read.inventory) ? dirname(read.inventory) : context.io.cwd;
  // Before anything that the file says is believed: it names programs that secrets come from, too.
  const key = await openSecretsOf(context, { folder }).secrets.key();
  const plan = unsealed(read, key, { file, unchecked: context.given.flag("unsealed") });
  const project = { folder, ...(plan.secrets === undefined ? {} : { secrets: plan.secrets }) };
  const commit = commitOf(plan.inventory, context);
  return withWorld(context, project, (world, ears) =>
    showThenApply({ plan, saved: true }, { context, world, ears, commit, forks: context.given.number("forks") ?? 50 }),
  );
}

interface Applying {
  readonly plan: Plan;
  readonly saved: boolean;
  readonly found?: ReadonlyMap<Address, Found<unknown>>;
}

interface Running extends Opened {
  readonly commit: Promise<string | undefined>;
  readonly forks: number;
  readonly tookMs?: number;
}

async function showThenApply(applying: Applying, around: Running): Promise<Standing> {
  const { plan } = applying;
  const { context, tookMs } = around;
  if (!context.given.flag("json")) showPlan(plan, context, { ...(tookMs === undefined ? {} : { tookMs }), asking: true });
  if (pendingIn(plan) === 0) return nothingToDo(applying, around);
  const approval = await approve(plan, context);
  if (approval.approved) return doApply(applying, approval, around);
  context.printer.err(["Nothing was changed."]);
  return standingOf(plan);
}

// An apply with nothing to do is still recorded: drift compares with it. A plan with errors records nothing.
async function nothingToDo(applying: Applying, around: Running): Promise<Standing> {
  const { plan } = applying;
  const clean = plan.problems.length === 0 && plan.hosts.every(({ unreachable }) => unreachable === undefined);
  return clean ? doApply(applying, { approved: true, allow: [] }, around) : standingOf(plan);
}

async function doApply({ plan, saved, found }: Applying, { allow }: Extract<Approval, { approved: true }>, around: Running): Promise<Standing> {
  const { context, world, ears, forks, undoes, commit } = around;
  const since = world.monotonicMs();
  const progress = await startProgress(plan, context);
  ears.listen(progress.on);
  const start = await startOf(context, { command: context.words[0] ?? "apply", commit, undoes });
  const options = { saved, allow, forks, ...start, ...stepping(context), ...(found === undefined ? {} : { found }) };
  const result = await applyPlan(world, plan, options).finally(() => progress.end());
  const standing = await finish({ plan, saved, result, tookMs: world.monotonicMs() - since }, { context, world });
  return context.given.flag("rollbackOnFailure") ? (await import("./going-back.ts")).goBack({ plan, result, standing }, around) : standing;
}
