// Saved plans: JSON that only its owner may read, written at once or not at all.
import { access, constants, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isRecord, parsedJson } from "../../lib/json.ts";
import { isMissing, why } from "../../lib/why.ts";
import { fits } from "../../model/documents/fits.ts";
import type { Plan } from "../../model/plan.ts";
import { ProblemError } from "../../model/problem.ts";
import { planShape } from "./plan-shape.ts";

/** Throws ProblemError when no plan can be saved there: said before any host is looked at. */
export async function refuseUnwritable(file: string, cwd: string): Promise<void> {
  const folder = dirname(resolve(cwd, file));
  await access(folder, constants.W_OK).catch((cause: unknown) => cannotSave(file, cause));
}

/** Writes the plan (mode 0600), replacing what was there. `unique` makes the name of the staged file. */
export async function savePlan(plan: Plan, file: string, unique: string): Promise<void> {
  const staged = `${file}.${unique}.tmp`;
  try {
    const handle = await open(staged, "wx", 0o600);
    await handle.writeFile(`${JSON.stringify(plan, undefined, 1)}\n`);
    await handle.sync();
    await handle.close();
    await rename(staged, file);
  } catch (cause) {
    await rm(staged, { force: true });
    cannotSave(file, cause);
  }
}

function cannotSave(file: string, cause: unknown): never {
  throw new ProblemError({ code: "input", message: `cannot save the plan as ${file}: ${isMissing(cause) ? "there is no such folder" : why(cause)}`, cause });
}

/**
 * Throws ProblemError when a value of the inventory that was encrypted stands in an entry: it went through a variable, and a file would hold it in the clear.
 * Values below 8 characters are words like any other.
 */
export function refuseVaulted({ entries }: Pick<Plan, "entries">, secretValues: ReadonlyMap<string, string>): void {
  const vaulted = [...secretValues].flatMap(([name, value]) => vaultedValue(name, value));
  if (vaulted.length === 0) return;
  for (const entry of entries) {
    const written = JSON.stringify(entry);
    const found = vaulted.find(({ text }) => written.includes(text));
    if (found !== undefined)
      throw new ProblemError({
        code: "input",
        message: `cannot save the plan: ${entry.address} would hold the encrypted value of ${found.key} (host ${found.host}) in the clear`,
        hint: "name it in the playbook as a secret, `!secret NAME`, from a secrets file (those of ansible-vault are read); or apply without saving",
      });
  }
}

// `inventory/HOST/KEY/NUMBER` came out of a vault; `inventory/HOST/KEY` is a password, which only logins refer to.
function vaultedValue(name: string, value: string): readonly { readonly host: string; readonly key: string; readonly text: string }[] {
  const [, host = "", key = "", number] = name.split("/");
  return number === undefined || value.length < 8 ? [] : [{ host, key, text: JSON.stringify(value).slice(1, -1) }];
}

/** Reads a saved plan. Throws ProblemError for anything else. */
export async function readPlan(file: string, cwd: string): Promise<Plan> {
  const path = resolve(cwd, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "input", message: `cannot read ${file}: ${why(cause)}`, cause });
  });
  return planFrom(text, file);
}

/** The plan inside a text. Throws ProblemError when it is none, or one of another format. */
export function planFrom(text: string, file: string): Plan {
  const value = parsedJson(text);
  if (!looksLikePlan(value)) throw new ProblemError({ code: "input", message: `${file} is not a saved plan`, hint: `hlx plan -o ${file} saves one` });
  if (value["format"] !== 1)
    throw new ProblemError({
      code: "stale",
      message: `${file} is a plan of format ${JSON.stringify(value["format"])}, this hlx knows format 1`,
      hint: "plan again with this hlx",
    });
  if (!fits(value, planShape)) throw new ProblemError({ code: "input", message: `${file} is damaged: it is no plan that hlx saved`, hint: "plan again" });
  return value as unknown as Plan;
}

/** True when the file is there and holds a saved plan. */
export async function isPlanFile(file: string, cwd: string): Promise<boolean> {
  const text = await readFile(resolve(cwd, file), "utf8").catch(() => "");
  return text.startsWith("{") && looksLikePlan(parsedJson(text));
}

function looksLikePlan(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value["id"] === "string" && ["hosts", "units", "entries", "elsewhere", "problems"].every((key) => Array.isArray(value[key]));
}
