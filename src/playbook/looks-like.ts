// What a file is, by its content: so that a playbook given as an inventory is named, and not misread.
import { isRecord, parsedJson } from "../lib/json.ts";

export type Looks = "inventory" | "playbook" | "plan" | "unknown";

/** Guesses from the text alone; never throws and evaluates nothing. */
export function looksLike(text: string): Looks {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|;|$|---)/.test(line.replace(/^\ufeff/, "")));
  const first = lines[0]?.replace(/^\ufeff/, "") ?? "";
  if (first.startsWith("{")) return ofJson(text);
  if (/^(- |-$|\[\s*\{)/.test(first)) return lines.some((line) => /^[\s[{-]*["']?(hosts|roles)["']?\s*:/.test(line)) ? "playbook" : "unknown";
  if (lines.some((line) => /^(format|hosts|groups|networks|devices|defaults|images|all|ungrouped)\s*:/.test(line))) return "inventory";
  return /^\[[\w.:-]+\]\s*$/m.test(text) ? "inventory" : "unknown";
}

function ofJson(text: string): Looks {
  const value = parsedJson(text);
  if (!isRecord(value)) return "unknown";
  if ("units" in value && "entries" in value) return "plan";
  return ["hosts", "_meta", "all", "groups"].some((key) => key in value) ? "inventory" : "unknown";
}
