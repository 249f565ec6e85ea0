// hlx status: asks every check, shows the answers.
import { statusOf } from "../../engine/checks/status.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { statusDocument, statusLines } from "../views/status.ts";
import { nodeUses } from "./node-use.ts";
import { projectOf } from "./plan-now.ts";
import { withWorld } from "./session.ts";
import { openWork } from "./work.ts";

export async function statusNow(context: Context): Promise<Standing> {
  const { given, printer } = context;
  const work = await openWork(context);
  const [all, uses] = await withWorld(context, projectOf(work), (world) =>
    Promise.all([statusOf(world, work, { wait: given.flag("wait") }), nodeUses(work.inventory.hosts, work.hosts, world)]),
  );
  if (given.flag("json")) printer.document(statusDocument(all, uses));
  else printer.out(statusLines(all, uses, printer.screen));
  const failed = all.flatMap(({ checks }) => checks).filter(({ because }) => because !== undefined).length;
  return { failed, unreachable: all.filter(({ unreachable }) => unreachable !== undefined).length };
}
