// Validation: everything up to the border where connections begin.
import type { Inventory } from "../../model/host.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import { orderUnits } from "../../plan/units.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { problemDocument } from "../views/documents.ts";
import { warningLines } from "../views/inventory.ts";
import { counted } from "../views/layout.ts";
import { readWork } from "./work.ts";

interface Checked {
  readonly hosts: number;
  readonly roles: number;
  readonly assignments: number;
  readonly warnings: Inventory["warnings"];
}

/** Shows what is wrong; with --json the problems are in the document, and nothing is printed beside it. */
export async function validateNow(context: Context): Promise<Standing> {
  if (!context.given.flag("json")) {
    context.printer.out(checkedLines(await check(context), context));
    return {};
  }
  const problems = await problemsOf(check(context), context);
  return { problems };
}

async function check(context: Context): Promise<Checked> {
  const work = await readWork(context, { needs: "files" });
  const { inventory, assignments, roles, hosts } = work;
  const units = orderUnits(assignments, (pattern) => inventory.select(pattern));
  const { secretWarnings } = await import("./secrets-wanted.ts");
  const warnings = [...inventory.warnings, ...(await secretWarnings(work, context))];
  return { hosts: hosts.length, roles: roles.size, assignments: units.length, warnings };
}

async function problemsOf(checking: Promise<Checked>, { printer }: Context): Promise<readonly Problem[]> {
  try {
    const { warnings, ...counts } = await checking;
    printer.document({ format: 1, document: "validate", valid: true, ...counts, warnings, problems: [] });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    printer.document({ format: 1, document: "validate", valid: false, warnings: [], problems: thrown.problems.map(problemDocument) });
    return thrown.problems;
  }
}

function checkedLines({ hosts, roles, assignments, warnings }: Checked, { io }: Context): readonly string[] {
  return [...warningLines(warnings, io.cwd), `Valid. ${counted(hosts, "host")}, ${counted(roles, "role")}, ${counted(assignments, "role call")}.`];
}
