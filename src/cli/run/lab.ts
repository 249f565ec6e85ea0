// Twins: boot them, plan and apply on them, remove them.
import { type Engine, stopEngine } from "../../lab/engine.ts";
import { downTwin, readTwin, twinStatus } from "../../lab/twins.ts";
import type { Inventory } from "../../model/host.ts";
import { guardedRisks } from "../../plan/totals.ts";
import type { Context } from "../command.ts";
import { pendingIn, standingOf } from "../commands/plan.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { columns, counted } from "../views/layout.ts";
import { applyWork } from "./apply-now.ts";
import { refuseUnattended } from "./approve.ts";
import { planWork } from "./plan-now.ts";
import { type Project, readProject } from "./project.ts";
import { showPlan } from "./show-plan.ts";
import { boot, engineFor, nameOf, withTwins } from "./twin-world.ts";
import { workOf } from "./work.ts";

type Action = (context: Context) => Promise<Standing>;

export const labActions = { up, status, plan, apply, down } as const satisfies Readonly<Record<string, Action>>;

/** Up, apply, plan again, down: what is left to do after an apply is a failure. */
export async function rehearseNow(context: Context): Promise<Standing> {
  const project = await readProject(context);
  // What is wrong with it is told before anything boots.
  await workOf(project, context);
  try {
    await boot(project.inventory, context);
    return await withTwins(project, context, async (twin, around) => {
      const applied = await applyWork(await workOf(twin, context), allowingAll(context), around);
      context.printer.out(["And again: nothing may be left to do."]);
      const again = await planWork(await workOf(twin, context), context, around);
      showPlan(again.plan, context, { tookMs: again.tookMs, asking: true });
      return { ...applied, failed: (applied.failed ?? 0) + pendingIn(again.plan) };
    });
  } finally {
    if (!context.given.flag("keep")) await remove(project.inventory, context);
  }
}

async function up(context: Context): Promise<Standing> {
  const { inventory } = await projectOf(context);
  await boot(inventory, context);
  context.printer.out([`${counted(inventory.hosts.size, "twin")} up.  Next: hlx lab plan`]);
  return {};
}

async function down(context: Context): Promise<Standing> {
  const { inventory } = await projectOf(context);
  if (readTwin(inventory) === undefined) return none(context);
  await remove(inventory, context);
  return {};
}

async function status(context: Context): Promise<Standing> {
  const { inventory } = await projectOf(context);
  if (readTwin(inventory) === undefined) return none(context);
  const found = await twinStatus({ engine: await engineFor(context), inventory });
  const lines = (found?.hosts ?? []).map(({ host, container, running }) => [visible(host), visible(container), running ? "running" : "not running"]);
  context.printer.out(columns(lines));
  return {};
}

// No engine is asked, or even started, to say that there is nothing.
function none({ printer }: Context): Standing {
  printer.out(["No twins.  Start: hlx lab up"]);
  return {};
}

async function plan(context: Context): Promise<Standing> {
  return withTwins(await projectOf(context), context, async (twin, around) => {
    const made = await planWork(await workOf(twin, context), context, around);
    showPlan(made.plan, context, { tookMs: made.tookMs, asking: true });
    return standingOf(made.plan);
  });
}

async function apply(context: Context): Promise<Standing> {
  refuseUnattended(context);
  return withTwins(await projectOf(context), context, async (twin, around) => applyWork(await workOf(twin, context), context, around));
}

// `hlx lab plan INVENTORY`: the first word behind lab is no inventory.
function projectOf(context: Context): Promise<Project> {
  return readProject({ ...context, given: { ...context.given, args: context.given.args.slice(1) } });
}

async function remove(inventory: Inventory, context: Context): Promise<void> {
  const engine: Engine = await engineFor(context);
  const removed = await downTwin({ engine, inventory, name: nameOf(inventory) });
  await stopEngine(engine);
  context.printer.out([`${counted(removed, "twin")} removed.`]);
}

// A rehearsal asks nothing, there is nothing that a twin could lose, and all its hosts are new: a line a resource says enough.
function allowingAll(context: Context): Context {
  const { given } = context;
  const flag = (name: string): boolean => name === "yes" || given.flag(name);
  const texts = (name: string): readonly string[] => (name === "allow" ? guardedRisks : given.texts(name));
  const choice = (name: string): boolean | undefined => given.choice(name) ?? (name === "diff" ? false : undefined);
  return { ...context, given: { ...given, flag, texts, choice } };
}
