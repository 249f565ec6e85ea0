// Reads sources, makes an inventory and a playbook of them, and says what was left out.
import { importedFrom } from "../../import/inventory.ts";
import { type ImportKind, importKinds, readSources } from "../../import/read.ts";
import { filesOf } from "../../import/write.ts";
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Standing } from "../exit.ts";
import { visible } from "../views/escape.ts";
import { warningLines } from "../views/inventory.ts";
import { writeNew } from "./write-new.ts";

/** Throws ProblemError with the place where a source cannot be read. */
export async function importNow({ given, io, printer }: Context): Promise<Standing> {
  const [kinds = "", ...sources] = given.args;
  const imported = importedFrom(await readSources(kindsIn(kinds), sources, io.cwd), given.text("host"));
  const files = filesOf(imported);
  printer.err(warningLines(imported.notes, io.cwd));
  const folder = given.text("out");
  if (folder === undefined) printer.out([...files].flatMap(([name, text]) => [`# ${name}`, ...text.trimEnd().split("\n").map(visible)]));
  else {
    const written = await writeNew(files, { cwd: io.cwd, folder, hint: "name another folder: -o FOLDER" });
    printer.out([...written.map((path) => `Wrote ${path}.`), `Next: hlx validate ${folder}, then: hlx plan ${folder}`]);
  }
  return {};
}

function kindsIn(text: string): readonly ImportKind[] {
  return text.split(",").map((kind) => {
    const known = importKinds.find((one) => one === kind);
    if (known !== undefined) return known;
    const hint = didYouMean(kind, importKinds) ?? `there are: ${importKinds.join(", ")}`;
    throw new ProblemError({ code: "usage", message: `"${kind}" cannot be imported`, hint });
  });
}
