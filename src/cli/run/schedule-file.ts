// Whom a scheduled check tells: in the state's folder (0600), since the words of a unit can be read by anybody.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../lib/json.ts";
import { isMissing } from "../../lib/why.ts";
import { ProblemError } from "../../model/problem.ts";
import { mailTarget, type Target, urlTarget } from "../../report/notify-target.ts";
import { writeReport } from "../../report/write.ts";

const name = "schedule.json";

/** The targets of the schedule in this state's folder; none when there is no schedule. */
export function readTargets(folder: string): readonly Target[] {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const words = isRecord(value) && Array.isArray(value["notify"]) ? value["notify"].filter((one): one is string => typeof one === "string") : [];
    return words.map((word) => (word.startsWith("mailto:") ? mailTarget(word.slice("mailto:".length)) : urlTarget(word)));
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new ProblemError({ code: "input", message: `${join(folder, name)} is damaged: it is no JSON`, hint: "hlx schedule install writes it anew" });
  }
}

export function writeTargets(folder: string, targets: readonly Target[], random: string): void {
  const notify = targets.map((target) => (target.to === "mail" ? `mailto:${target.address}` : `${target.to === "ntfy" ? "ntfy+" : ""}${target.url}`));
  writeReport(join(folder, name), JSON.stringify({ format: 1, notify }), { option: "keeping whom to tell in", mode: 0o600, random });
}

export function removeTargets(folder: string): void {
  rmSync(join(folder, name), { force: true });
}
