// hlx graph: which role waits for which.
import type { Command, Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { choosing, extraVars, json, playing, reading, saying } from "../options.ts";
import { oneOf } from "../parse/one-of.ts";

export const graph: Command = {
  args: ["[inventory]"],
  about: "Roles on hosts in the order of the work, and what each waits for. Connects to no host.",
  options: [...reading, ...choosing, ...playing, extraVars, { flags: "--format <format>", summary: "text (default), dot, mermaid" }, json, ...saying],
  examples: [
    { run: "hlx graph", note: "the order of the work, as text" },
    { run: "hlx graph --format dot | dot -Tsvg -o graph.svg", note: "as a picture" },
  ],
  run,
};

async function run(context: Context): Promise<Standing> {
  const [{ openWork }, { chooseUnits, orderUnits }, views] = await Promise.all([
    import("../run/work.ts"),
    import("../../plan/units.ts"),
    import("../views/graph.ts"),
  ]);
  const format = oneOf(context.given.text("format") ?? "text", views.graphFormats, "unknown graph format");
  const work = await openWork(context);
  const { chosen } = chooseUnits(
    orderUnits(work.assignments, (pattern) => work.inventory.select(pattern)),
    ({ host }) => work.hosts.includes(host),
  );
  const units = chosen.map(({ key, after }) => ({ key, after }));
  if (context.given.flag("json")) context.printer.document({ format: 1, document: "graph", units });
  else context.printer.out(views.graphLines(units, format));
  return {};
}
