// Takes over what the address stands for: looks, shows, asks, writes the mark, looks again.
import { adoptable, afterAdoption, makeAdoption, withRole } from "../../engine/adopt.ts";
import type { Work, World } from "../../engine/world.ts";
import type { Change, Word } from "../../model/kind.ts";
import type { Entry } from "../../model/plan.ts";
import type { Position } from "../../model/problem.ts";
import { unlessInterrupted } from "../ask.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { type Left, leftLines, leftRecord } from "../views/adopt.ts";
import { applyPlanned } from "./apply-now.ts";
import { refuseUnattended } from "./approve.ts";
import { projectOf } from "./plan-now.ts";
import { type Ears, withWorld } from "./session.ts";
import { openWork } from "./work.ts";

export async function adoptNow(given: Context): Promise<Standing> {
  refuseUnattended(given);
  const globs = given.given.args.map(withRole);
  // The word behind adopt is an address, not an inventory.
  const context = { ...given, given: { ...given.given, args: [] } };
  const work = adoptable(await openWork(context), globs);
  return withWorld(context, projectOf(work), (world, ears) => adoptIn({ context, world, ears, work, globs }));
}

interface Adopted {
  readonly context: Context;
  readonly world: World;
  readonly ears: Ears;
  readonly work: Work;
  readonly globs: readonly string[];
}

async function adoptIn(around: Adopted): Promise<Standing> {
  const { context, world, ears, work, globs } = around;
  const since = world.monotonicMs();
  const adopting = await unlessInterrupted(makeAdoption(world, work, globs), world.stop);
  const taken = new Set(adopting.plan.entries.map(({ address }) => address));
  const ours = adopting.left.filter(({ address }) => !taken.has(address));
  if (taken.size === 0) return told(ours, {}, around);
  if (!context.given.flag("json"))
    say(
      adopting.left.filter(({ address }) => taken.has(address)),
      "before",
      around,
    );
  const standing = await applyPlanned(adopting, { context, world, ears, forks: work.forks, tookMs: world.monotonicMs() - since });
  const { run } = standing;
  if (run === undefined || isBad(standing)) return standing;
  return told([...ours, ...(await afterAdoption(world, work, { addresses: taken, run }))], standing, around);
}

function told(left: readonly Entry[], standing: Standing, around: Adopted): Standing {
  const { given, printer } = around.context;
  if (given.flag("json")) printer.record(leftRecord(left.map((entry) => leftOf(entry, around))));
  else say(left, "after", around);
  const blocked = left.flatMap((entry) => (entry.entry === "blocked" ? [entry.because] : []));
  const pending = left.filter(({ changes, entry }) => entry !== "blocked" && changes.length > 0).length;
  return { ...standing, problems: [...(standing.problems ?? []), ...blocked], ...(given.flag("detailedExitcode") ? { pending } : {}) };
}

function say(entries: readonly Entry[], when: "before" | "after", around: Adopted): void {
  const all = entries.map((entry) => leftOf(entry, around));
  around.context.printer.out(leftLines(all, { when, cwd: around.context.io.cwd }));
}

function isBad({ problems = [], failed = 0, unreachable = 0, interrupted = false }: Standing): boolean {
  return problems.length + failed + unreachable > 0 || interrupted;
}

function leftOf(entry: Entry, { world, work }: Pick<Adopted, "world" | "work">): Left {
  const words = (change: Change): readonly Word[] => world.kinds.get(entry.kind)?.adoption?.words(entry.desired, change) ?? [];
  return {
    address: entry.address,
    differs: entry.changes.map((change) => ({ change, keeps: words(change).map((word) => ({ ...word, at: placeOf(word, entry, work) })) })),
  };
}

// Where the host itself says it, else where it would have to.
function placeOf({ path }: Word, { host: name, role }: Entry, { inventory, assignments }: Work): Position | undefined {
  const host = inventory.hosts.get(name);
  const own = host?.sources[path.join(".")];
  if (own?.layer === "host" && own.at !== undefined) return own.at;
  return host?.sources[path[0] ?? ""]?.at ?? assignments.find((one) => one.host === name && one.as === role)?.at ?? host?.at;
}
