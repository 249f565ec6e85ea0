// What can be said of secrets without opening any: names that nothing can have a value for, files that are not there or not encrypted.
import { relative, resolve } from "node:path";
import type { Work } from "../../engine/world.ts";
import type { Inventory } from "../../model/host.ts";
import { ProblemError } from "../../model/problem.ts";
import { secretsIn } from "../../model/text.ts";
import { refusePlainFile } from "../../secrets/age-file.ts";
import { sourcesOf, variableOf } from "../../secrets/open.ts";
import type { Outside } from "../../secrets/sources.ts";
import type { Context } from "../command.ts";
import { openSecretsOf, outsideOf, secretsOf } from "./secrets.ts";

/** Warnings, for whoever applies may have what is not here. Throws ProblemError where a file that is needed is plain text. */
export async function secretWarnings(work: Work, context: Context): Promise<Inventory["warnings"]> {
  const { inventory } = work;
  const names = wantedIn(work).filter((name) => context.io.env[variableOf(name)] === undefined && inventory.secretValues?.has(name) !== true);
  if (names.length === 0) return [];
  const files = sourcesOf(inventory.secrets).flatMap((source) => ("file" in source ? [source.file] : []));
  const looks = files.map((file) => refusePlainFile(relative(context.io.cwd, file), fromHere(context)));
  const nowhere = inventory.secrets === undefined ? [openSecretsOf(context, secretsOf(inventory)).secrets.resolve(names)] : [];
  const told = await Promise.allSettled([...looks, ...nowhere]);
  const at = inventory.at?.(["secrets"]);
  return told.flatMap((one) => (one.status === "rejected" ? missingIn(one.reason) : [])).map((one) => ({ ...one, ...(at === undefined ? {} : { at }) }));
}

// Paths in messages are as a reader would type them.
function fromHere(context: Context): Pick<Outside, "readFile"> {
  const { readFile } = outsideOf(context);
  return { readFile: (path) => readFile(resolve(context.io.cwd, path)) };
}

// What is only not here is told; what is wrong wherever it is used is thrown.
function missingIn(thrown: unknown): Inventory["warnings"] {
  if (!(thrown instanceof ProblemError) || thrown.problems.some(({ code }) => code !== "missing")) throw thrown;
  return thrown.problems.map(({ message, hint }) => ({ message, ...(hint === undefined ? {} : { hint }) }));
}

function wantedIn({ assignments, hosts, inventory }: Work): readonly string[] {
  const params = assignments.filter(({ host }) => hosts.includes(host)).map((assignment) => assignment.params);
  return [...new Set(secretsIn([params, hosts.map((name) => inventory.hosts.get(name)?.login)]))].sort();
}
