// hlx images: asks what tags stand for, shows it, and writes it down with --bump.
import { join } from "node:path";
import { type HostImage, imagesOf } from "../../engine/images.ts";
import { globFor } from "../../lib/glob.ts";
import { imagePrefix } from "../../playbook/inputs/images.ts";
import { openLock } from "../../playbook/inputs/lock.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { imageRows, imagesDocument, imagesLines } from "../views/images.ts";
import { projectOf } from "./plan-now.ts";
import { withWorld } from "./session.ts";
import { openWork } from "./work.ts";

export async function imagesNow(context: Context): Promise<Standing> {
  const { given, printer } = context;
  const work = await openWork(context);
  const { images: all, unreachable } = await withWorld(context, projectOf(work), (world) => imagesOf(world, work));
  const globs = given.texts("image").map(globFor);
  const meant = all.filter(({ image }) => globs.length === 0 || globs.some((glob) => glob.test(image)));
  const bumped = given.flag("bump") ? bump(meant, join(work.inventory.folder, "hlx.lock")) : [];
  const rows = imageRows(meant, new Set(bumped));
  if (given.flag("json")) printer.document(imagesDocument(rows, unreachable));
  else printer.out(imagesLines(rows, unreachable, printer.screen));
  return { unreachable: unreachable.length };
}

// Two hosts that a registry answers differently at the same moment: the first answer counts for both.
function bump(images: readonly HostImage[], path: string): readonly string[] {
  const offers = new Map(images.toReversed().flatMap(({ image, offered }) => (offered === undefined ? [] : [[image, offered]])));
  const newer = [...offers].filter(([image, digest]) => images.some((one) => one.image === image && one.locked !== digest));
  const lock = openLock(path);
  for (const [image, digest] of newer.toReversed()) lock.set(`${imagePrefix}${image}`, digest);
  return newer.map(([image]) => image);
}
