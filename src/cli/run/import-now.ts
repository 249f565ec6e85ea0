// Reads sources, makes an inventory and a playbook of them, and says what was left out.
import { type Imported, importedFrom } from "../../import/inventory.ts";
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
export async function importNow(context: Context): Promise<Standing> {
  const { given, io, printer } = context;
  const imported = await importOf(context);
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

async function importOf(context: Context): Promise<Imported> {
  const { given, io } = context;
  const [kinds = "", ...sources] = given.args;
  if (kinds === "proxmox") return (await import("./import-proxmox.ts")).importProxmox(context, sources);
  return importedFrom(await readSources(kindsIn(kinds), sources, io.cwd), given.text("host"));
}

const everyKind = [...importKinds, "proxmox"];

function kindsIn(text: string): readonly ImportKind[] {
  return text.split(",").map((kind) => {
    const known = importKinds.find((one) => one === kind);
    if (known !== undefined) return known;
    const hint = didYouMean(kind, everyKind) ?? `there are: ${everyKind.join(", ")}`;
    throw new ProblemError({ code: "usage", message: `"${kind}" cannot be imported`, hint });
  });
}
