// Shows the inventory in the form that was asked for.
import { narrowed } from "../../inventory/narrow.ts";
import { listHosts } from "../../inventory/read.ts";
import { graphText, hostJson, listJson } from "../../inventory/views.ts";
import type { Host, Inventory } from "../../model/host.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { hostLines, inventoryLines, warningLines } from "../views/inventory.ts";
import { openProject } from "./project.ts";

export async function inventoryNow(context: Context): Promise<Standing> {
  const { inventory: whole } = await openProject(context);
  const { given, printer, io } = context;
  const limit = given.text("limit");
  const inventory = limit === undefined ? whole : narrowed(whole, whole.select(limit));
  printer.err(warningLines(inventory.warnings, io.cwd));
  const [pattern, name] = [given.text("listHosts"), given.text("host")];
  if (given.flag("list")) printer.document(listJson(inventory));
  else if (pattern !== undefined) showNames(namesOf(pattern, { whole, inventory }, context), context);
  else if (name !== undefined) showHost(inventory, name, context);
  else if (given.flag("graph")) printer.out(graphText(inventory).trimEnd().split("\n"));
  else showAll(inventory, context);
  return {};
}

// Nothing is an answer to what a pattern means, but not to what is left of it: a limit that leaves nothing is a mistake.
function namesOf(
  pattern: string,
  { whole, inventory }: { readonly whole: Inventory; readonly inventory: Inventory },
  { given, io, printer }: Context,
): readonly string[] {
  const limit = given.text("limit");
  const names = listHosts(whole, pattern, io.cwd).filter((name) => limit === undefined || inventory.hosts.has(name));
  if (names.some((name) => !whole.hosts.has(name)))
    printer.err(["warning: localhost is in no inventory here: it is listed as Ansible would, and hlx leaves it alone"]);
  if (names.length > 0 || limit === undefined) return names;
  throw new ProblemError({ code: "usage", message: `--limit "${limit}" leaves none of the hosts of "${pattern}"`, hint: "look with: hlx inventory --graph" });
}

function showNames(names: readonly string[], { given, printer }: Context): void {
  if (given.flag("json")) printer.document({ format: 1, document: "hosts", hosts: names });
  else printer.out(names);
}

function showHost(inventory: Inventory, name: string, { given, printer, io }: Context): void {
  const shown = hostJson(inventory, name);
  if (given.flag("json")) printer.document({ format: 1, document: "host", ...shown });
  else printer.out(hostLines(shown, io.cwd));
}

function showAll(inventory: Inventory, { given, printer }: Context): void {
  if (given.flag("json")) printer.document({ format: 1, document: "inventory", hosts: [...inventory.hosts.values()].map(summary) });
  else printer.out(inventoryLines(inventory));
}

function summary({ name, groups, addresses, login }: Host): unknown {
  return { host: name, groups, addresses, connection: login.connection, address: login.address };
}
