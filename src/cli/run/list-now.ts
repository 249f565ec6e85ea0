// `--list-hosts`, `--list-tags` and `--syntax-check` of plan and apply: what is meant, without connecting.
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { validateNow } from "./validate-now.ts";
import { openWork } from "./work.ts";

export async function listNow(context: Context): Promise<Standing> {
  const { given, printer } = context;
  if (given.flag("syntaxCheck")) return validateNow(context);
  const { assignments, hosts, only } = await openWork(context);
  const meant = assignments.filter((assignment) => hosts.includes(assignment.host) && (only?.(assignment) ?? true));
  const tags = [...new Set(meant.flatMap((assignment) => assignment.tags))].sort();
  const names = hosts.filter((name) => meant.some(({ host }) => host === name));
  if (given.flag("json")) {
    printer.document({ format: 1, document: "list", ...(given.flag("listHosts") ? { hosts: names } : {}), ...(given.flag("listTags") ? { tags } : {}) });
    return {};
  }
  if (given.flag("listHosts")) printer.out(names);
  if (given.flag("listTags")) printer.out(tags);
  return {};
}
