// Shows the inventory in the form that was asked for.
import { graphText, hostJson, listJson } from "../../inventory/views.ts";
import type { Host, Inventory } from "../../model/host.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { hostLines, inventoryLines } from "../views/inventory.ts";
import { openProject } from "./project.ts";

export async function inventoryNow(context: Context): Promise<Standing> {
  const { inventory } = await openProject(context);
  const { given, printer } = context;
  const [pattern, name] = [given.text("listHosts"), given.text("host")];
  if (given.flag("list")) printer.document(listJson(inventory));
  else if (pattern !== undefined) showNames(inventory.select(pattern), context);
  else if (name !== undefined) showHost(inventory, name, context);
  else if (given.flag("graph")) printer.out(graphText(inventory).trimEnd().split("\n"));
  else showAll(inventory, context);
  return {};
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
