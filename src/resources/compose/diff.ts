// What differs between a stack and what it should be: a change a service, a file, an orphan.
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import { hasSecret } from "../../model/text.ts";
import { accessSaid } from "../ownership.ts";
import type { StackActual } from "./actual.ts";
import { type Decision, type Does, decide } from "./decide.ts";
import { composeAccess, type Stack, type StackFile } from "./desired.ts";
import { networkChanges } from "./parts.ts";
import { isWanted, previousOf, readable } from "./previous.ts";
import { composeText } from "./render.ts";

/** Of a stack that is not there: every service and every file. */
export function diff(desired: Stack, found: Known<StackActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true) return actual === undefined ? [] : [removal(actual)];
  const files = [...fileChanges(desired, actual, ahead), ...leftChanges(desired, actual)];
  const writing = new Set(files.map(({ property }) => property.slice("file:".length)));
  const networks = networkChanges(desired, actual);
  const decisions = decide({ desired, actual, ahead, writing });
  const previous = found.found === "present" ? previousOf(found.evidence?.["previous"]) : undefined;
  return [...files, ...networks, ...decisions.map((one) => serviceChange(one, { desired, actual, previous })), ...orphanChanges(desired, actual)];
}

function removal(actual: StackActual): Change {
  const containers = Object.values(actual.services).flat().length + actual.orphans.length;
  return change("stack", {
    before: "present",
    after: null,
    risk: "replace",
    note: `removes ${containers} container${containers === 1 ? "" : "s"}; volumes and data stay`,
  });
}

/** Files whose content, mode or owner differs, the compose file first. */
function fileChanges(desired: Stack, actual: StackActual | undefined, ahead: Ahead): readonly Change[] {
  const all = { "compose.yaml": { content: composeText(desired), ...composeAccess }, ...desired.files };
  return Object.entries(all).flatMap(([path, file]) => fileChange(path, file, { before: actual?.files[path], after: ahead.digest(file.content) }));
}

/** Files that hlx wrote at an earlier apply, and that are in the stack's folder no more. */
function leftChanges(desired: Stack, actual: StackActual | undefined): readonly Change[] {
  const left = Object.entries(actual?.files ?? {}).filter(([path]) => !isWanted(path, desired));
  return left.map(([path, { sha256 }]) => change(`file:${path}`, { before: short(sha256), after: null, note: "hlx wrote it, and the stack has it no more" }));
}

interface Ends {
  readonly before: StackActual["files"][string] | undefined;
  readonly after: string | undefined;
}

function fileChange(path: string, file: StackFile, { before, after }: Ends): readonly Change[] {
  const [is, wanted] = [before && accessSaid(before), accessSaid(file)];
  if (before !== undefined && before.sha256 === after && is === wanted) return [];
  const secret = hasSecret(file.content) ? ({ hidden: "sensitive" } as const) : undefined;
  const later = after === undefined ? ({ hidden: "known-later" } as const) : { value: short(after) };
  const old = before === undefined ? { value: null } : (secret ?? { value: short(before.sha256) });
  const noted = is === undefined || is === wanted ? {} : { note: `${is} → ${wanted}` };
  return [{ property: `file:${path}`, before: old, after: secret ?? later, risk: "none", view: "value", ...noted }];
}

// Enough to tell two contents apart: what differs is shown with the services.
function short(hash: string): string {
  return `sha256:${hash.slice(0, 12)}`;
}

const risks: Readonly<Record<Does, Risk>> = { creates: "none", adopts: "none", starts: "none", recreates: "restart", restarts: "restart", stops: "restart" };

interface Around {
  readonly desired: Stack;
  readonly actual: StackActual | undefined;
  readonly previous: Stack | undefined;
}

function serviceChange({ service, does, reasons }: Decision, { desired, actual, previous }: Around): Change {
  const running = actual?.services[service]?.[0];
  const property = `service:${service}`;
  const note = reasons.length === 0 ? does : `${does}: ${reasons.join("; ")}`;
  const [old, wanted] = [previous?.services[service], desired.services[service]];
  if (does === "recreates" && old !== undefined && wanted !== undefined && readable(old) !== readable(wanted))
    return { property, before: { value: readable(old) }, after: { value: readable(wanted) }, risk: "restart", view: "text", note };
  const after = does === "stops" ? "stopped" : "running";
  return change(property, { before: running === undefined ? null : running.state, after, risk: risks[does], note });
}

function orphanChanges({ prune }: Stack, actual: StackActual | undefined): readonly Change[] {
  if (!prune) return [];
  return (actual?.orphans ?? []).map((name) =>
    change(`orphan:${name}`, { before: "present", after: null, risk: "replace", note: "its service is not in the file any more" }),
  );
}
