// --rollback-on-failure: what a run did on the hosts where something failed is taken back at once.
import { makePlan } from "../../engine/plan.ts";
import { undo } from "../../engine/undo.ts";
import type { Work } from "../../engine/world.ts";
import type { RunResult } from "../../model/event.ts";
import { bareHost, type Inventory } from "../../model/host.ts";
import type { Plan } from "../../model/plan.ts";
import { ProblemError } from "../../model/problem.ts";
import { partsOf } from "../../model/resource.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { applyBack, type Opened } from "./apply-now.ts";
import { showPlan } from "./show-plan.ts";

interface Failed {
  readonly plan: Plan;
  readonly result: RunResult;
  /** How things stand without going back. */
  readonly standing: Standing;
}

/** The run's own standing, with what went wrong on the way back. Nothing is asked: the option was the leave, and what goes is what this run brought. */
export async function goBack({ plan, result, standing }: Failed, around: Opened & { readonly forks: number }): Promise<Standing> {
  const { context, world } = around;
  const failed = result.interrupted ? [] : failedHosts(plan, result);
  const hosts = await touchedAmong(failed, result.run, around);
  if (hosts.length === 0) {
    if (failed.length > 0) context.printer.err([`Nothing was changed on ${failed.map(visible).join(", ")}: nothing to take back.`]);
    return standing;
  }
  context.printer.err([`Taking back what run ${result.run} did on ${hosts.map(visible).join(", ")}.`]);
  const run = (await (await world.state()).runs()).find((one) => one.run === result.run);
  if (run === undefined) throw new ProblemError({ code: "internal", message: `run ${result.run} is not in the history` });
  const { work, irreversible } = await undo(run, workOver(plan, hosts, around.forks), world);
  context.printer.err(irreversible.map(({ address, because }) => `  ! ${visible(address)}  stays: ${visible(because)}`));
  const back = await makePlan(world, work);
  const quiet = asRollback(context, result.run);
  if (!context.given.flag("json")) showPlan(back.plan, quiet, { asking: true });
  const after = await applyBack(back, { ...around, context: quiet, undoes: result.run });
  return { ...standing, problems: [...(standing.problems ?? []), ...(after.problems ?? [])], failed: (standing.failed ?? 0) + (after.failed ?? 0) };
}

/** Hosts on which a resource or a check failed, or nobody knows. */
function failedHosts(plan: Plan, { outcomes, checks }: RunResult): readonly string[] {
  const bad = new Set([
    ...plan.entries.flatMap(({ address, host }) => (["failed", "unknown"].includes(outcomes.get(address)?.outcome ?? "") ? [host] : [])),
    ...checks.flatMap(({ host, because }) => (because === undefined ? [] : [host])),
  ]);
  return plan.hosts.flatMap(({ host }) => (bad.has(host) ? [host] : []));
}

async function touchedAmong(hosts: readonly string[], run: number, { world }: Opened): Promise<readonly string[]> {
  const records = hosts.length === 0 ? [] : await (await world.state()).journalOf(run);
  const touched = new Set(records.flatMap((record) => (record.record === "intent" ? [partsOf(record.address).host] : [])));
  return hosts.filter((host) => touched.has(host));
}

// A saved plan may be applied where its inventory is not: what the plan knows of the hosts is enough.
function workOver(plan: Plan, names: readonly string[], forks: number): Work {
  const chosen = plan.hosts.filter(({ host }) => names.includes(host));
  const hosts = new Map(chosen.map(({ host, login }) => [host, bareHost(host, login)]));
  const inventory: Inventory = {
    format: 1,
    folder: "",
    hosts,
    groups: new Map(),
    devices: new Map(),
    networks: new Map(),
    warnings: [],
    select: () => names,
  };
  const { inventory: inventoryFile } = plan;
  return { inventory, inventoryFile, roles: new Map(), assignments: [], hosts: names, withRequired: false, inputsOf: async () => ({}), forks };
}

function asRollback(context: Context, run: number): Context {
  const { given } = context;
  const flag = (name: string): boolean => !["rollbackOnFailure", "step"].includes(name) && given.flag(name);
  return { ...context, words: ["rollback", String(run)], given: { ...given, flag } };
}
