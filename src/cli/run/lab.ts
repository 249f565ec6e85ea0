// Twins: boot them, plan and apply on them, remove them.
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";
import { type Engine, ensureEngine, stopEngine } from "../../lab/engine.ts";
import { ensureImage } from "../../lab/image.ts";
import { downTwin, readTwin, twinInventory, twinKnownHosts, twinStatus, upTwin } from "../../lab/twins.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Inventory } from "../../model/host.ts";
import { ProblemError } from "../../model/problem.ts";
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
import type { Around } from "./session.ts";
import { showPlan } from "./show-plan.ts";
import { workOf } from "./work.ts";

type Action = (context: Context) => Promise<Standing>;

export const labActions = { up, status, plan, apply, down } as const satisfies Readonly<Record<string, Action>>;

/** Up, apply, plan again, down: what is left to do after an apply is a failure. */
export async function rehearseNow(context: Context): Promise<Standing> {
  const project = await readProject(context);
  try {
    await boot(project.inventory, context);
    const twin = twinOf(project);
    const around = await twinOptions(project, context);
    const applied = await applyWork(await workOf(twin, context), allowingAll(context), around);
    context.printer.out(["And again: nothing may be left to do."]);
    const again = await planWork(await workOf(twin, context), context, around);
    showPlan(again.plan, context, { tookMs: again.tookMs, asking: true });
    return { ...applied, failed: (applied.failed ?? 0) + pendingIn(again.plan) };
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
  const project = await projectOf(context);
  const made = await planWork(await workOf(twinOf(project), context), context, await twinOptions(project, context));
  showPlan(made.plan, context, { tookMs: made.tookMs, asking: true });
  return standingOf(made.plan);
}

async function apply(context: Context): Promise<Standing> {
  refuseUnattended(context);
  const project = await projectOf(context);
  return applyWork(await workOf(twinOf(project), context), context, await twinOptions(project, context));
}

// `hlx lab plan INVENTORY`: the first word behind lab is no inventory.
function projectOf(context: Context): Promise<Project> {
  return readProject({ ...context, given: { ...context.given, args: context.given.args.slice(1) } });
}

function twinOf(project: Project): Project {
  const twin = readTwin(project.inventory);
  if (twin === undefined) throw new ProblemError({ code: "usage", message: "there are no twins of this inventory", hint: "hlx lab up starts them" });
  return { ...project, inventory: twinInventory(project.inventory, twin) };
}

async function twinOptions({ inventory }: Project, context: Context): Promise<Around> {
  const { command, env } = await engineFor(context);
  return { knownHosts: [twinKnownHosts(inventory)], containers: { command, env }, state: "lab/state" };
}

async function boot(inventory: Inventory, context: Context): Promise<void> {
  const { io } = context;
  const engine = await engineFor(context);
  const image = await ensureImage({ engine, env: io.env, uid: io.ids?.uid ?? -1, install: context.given.flag("install"), now: io.now(), say: sayer(context) });
  const ownRanges = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).flatMap(({ cidr }) => cidr ?? []));
  await upTwin({ engine, image, inventory, name: nameOf(inventory), nonce: io.randomHex(8), ownRanges, resolvers: resolvers(), say: sayer(context) });
}

async function remove(inventory: Inventory, context: Context): Promise<void> {
  const engine = await engineFor(context);
  const removed = await downTwin({ engine, inventory, name: nameOf(inventory) });
  await stopEngine(engine);
  context.printer.out([`${counted(removed, "twin")} removed.`]);
}

function engineFor(context: Context): Promise<Engine> {
  return ensureEngine({ env: context.io.env, uid: context.io.ids?.uid ?? -1, install: context.given.flag("install"), say: sayer(context) });
}

function sayer({ printer }: Context): (line: string) => void {
  return (line) => printer.err([visible(line)]);
}

// A rehearsal asks nothing, there is nothing that a twin could lose, and all its hosts are new: a line a resource says enough.
function allowingAll(context: Context): Context {
  const { given } = context;
  const flag = (name: string): boolean => name === "yes" || given.flag(name);
  const texts = (name: string): readonly string[] => (name === "allow" ? guardedRisks : given.texts(name));
  const choice = (name: string): boolean | undefined => given.choice(name) ?? (name === "diff" ? false : undefined);
  return { ...context, given: { ...given, flag, texts, choice } };
}

// Two clones of one project are two labs.
function nameOf({ folder }: Inventory): string {
  const word = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 30);
  return `${word === "" ? "lab" : word}-${sha256(folder).slice(0, 6)}`;
}

function resolvers(): readonly string[] {
  try {
    return [...readFileSync("/etc/resolv.conf", "utf8").matchAll(/^nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
  } catch {
    return [];
  }
}
