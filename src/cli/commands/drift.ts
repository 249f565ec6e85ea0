// hlx drift: what somebody else changed since the last apply.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, connecting, extraVars, json, playing, reading, saying } from "../options.ts";

export const drift: Command = {
  args: ["[inventory]"],
  about:
    "Compares three things: what the last apply recorded, what is there, what the roles want.\ndrifted: somebody else changed it. pending: we changed our mind. both: both. Changes nothing; made for schedules.",
  options: [...reading, ...choosing, ...playing, extraVars, json, ...connecting, ...saying],
  examples: [
    { run: "hlx drift", note: "exit 2 when something drifted" },
    { run: "hlx drift -l web --json", note: "for machines" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ openWork }, { withWorld }, { projectOf }, { findDrift }] = await Promise.all([
    import("../run/work.ts"),
    import("../run/session.ts"),
    import("../run/plan-now.ts"),
    import("../../engine/drift.ts"),
  ]);
  const work = await openWork(context);
  const report = await withWorld(context, projectOf(work), (world) => findDrift(world, work));
  const { driftedCount, driftLines } = await import("../views/drift.ts");
  const { given, printer } = context;
  if (given.flag("json")) printer.document((await import("../views/documents.ts")).driftDocument(report));
  else printer.out(driftLines(report, { ...printer.screen, verbose: given.count("verbose") > 0 }));
  const unknown = report.items.flatMap(({ status, because }) =>
    status === "unknown" && because !== undefined && because.code !== "unreachable" ? [because] : [],
  );
  return { drifted: driftedCount(report), unreachable: report.unreachable.length, problems: unknown };
}
