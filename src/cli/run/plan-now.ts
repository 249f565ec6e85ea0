// Makes a plan with what the command line says.
import { resolve } from "node:path";
import { makePlan, type Planned } from "../../engine/plan.ts";
import type { Work, World } from "../../engine/world.ts";
import type { Event } from "../../model/event.ts";
import type { Plan } from "../../model/plan.ts";
import { unlessInterrupted } from "../ask.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";
import { openSecretsOf, type ProjectSecrets, secretsOf } from "./secrets.ts";
import { type Around, withWorld } from "./session.ts";
import { openWork } from "./work.ts";

export interface PlanNow extends Planned {
  readonly tookMs: number;
}

/** Reads the project, looks at the hosts, and closes everything again. */
export async function planNow(context: Context): Promise<PlanNow> {
  const out = context.given.text("out");
  if (out !== undefined) await (await import("./saved.ts")).refuseUnwritable(out, context.io.cwd);
  const work = await openWarned(context);
  const made = await planWork(work, context);
  if (out !== undefined) await save(made.plan, { out, work, context });
  return made;
}

async function save(plan: Plan, { out, work, context }: { readonly out: string; readonly work: Work; readonly context: Context }): Promise<void> {
  const { io, printer } = context;
  const [{ refuseVaulted, savePlan }, { sealed }] = await Promise.all([import("./saved.ts"), import("./plan-seal.ts")]);
  refuseVaulted(plan, work.inventory.secretValues ?? new Map());
  const key = await openSecretsOf(context, projectOf(work)).secrets.key();
  await savePlan(sealed(plan, key), resolve(io.cwd, out), io.randomHex(4));
  printer.err([`Saved as ${out}.`]);
}

/** The work, with a short word on stderr about what is odd in it. */
export async function openWarned(context: Context): Promise<Work> {
  const work = await openWork(context, { needs: "files" });
  if (work.inventory.warnings.length > 0) context.printer.err((await import("../views/inventory.ts")).shortWarnings(work.inventory, context.io.cwd));
  return work;
}

/** The plan of this work; `around` are a world's options that are not the usual ones. */
export function planWork(work: Work, context: Context, around: Around = {}): Promise<PlanNow> {
  return withWorld(context, { ...projectOf(work), ...around }, (world, ears) => {
    ears.listen((event) => {
      sayNotice(event, context);
      if (event.event === "phase" && event.phase === "connect") setImmediate(loadViews);
      if (context.given.count("verbose") > 0 && event.event === "probed")
        context.printer.err([`${visible(event.host)}: ${event.resources} resources, ${event.roundTrips} round trips, ${event.ms} ms`]);
    });
    return planTimed(world, work);
  });
}

/** What roles say of a host while it is planned, on stderr. */
export function sayNotice(event: Event, { printer }: Context): void {
  if (event.event === "notice") printer.err([`${event.host === undefined ? "" : `${visible(event.host)}: `}${visible(event.message)}`]);
}

// While hosts answer there is time to load what shows the plan. If that fails, it fails again where it is awaited.
function loadViews(): void {
  import("./show-plan.ts").catch(() => undefined);
}

/** The plan and how long it took, in an open world. */
export async function planTimed(world: World, work: Work): Promise<PlanNow> {
  const since = world.monotonicMs();
  const planned = await unlessInterrupted(makePlan(world, work), world.stop);
  return { ...planned, tookMs: world.monotonicMs() - since };
}

/** Where state and secrets of this work are. */
export function projectOf({ inventory }: Work): ProjectSecrets {
  return secretsOf(inventory);
}
