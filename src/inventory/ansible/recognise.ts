// Tells Ansible's inventories from hlx's own, and INI from YAML, by name and content.
import { extname } from "node:path";
import { isVault } from "../../lib/ansible-vault.ts";

/** True for what Ansible would read as an inventory. A YAML file with `format:` is hlx's own, and so is one that looks like neither. */
export function looksAnsible(file: string, text: string): boolean {
  return isVault(text) || formatOf(file, text) === "ini" || isGroups(text);
}

/** True for a file that says that it is hlx's own. */
export function isNative(file: string, text: string): boolean {
  return formatOf(file, text) === "yaml" && /^\s*\{?\s*["']?format["']?\s*:\s*\d/m.test(text) && !looksAnsible(file, text);
}

/** How to read it. */
export function formatOf(file: string, text: string): "ini" | "yaml" {
  const first = firstLine(text);
  if (/\.(?:ya?ml|json)$/i.test(file)) return /^\[[^\]\s,"'{}]+\]\s*(?:#.*)?$/.test(first) ? "ini" : "yaml";
  if (extname(file) === ".ini") return "ini";
  return /^(?:---|[{%]|["']?[^\s[\]=#:"']+["']?:(?:\s|$))/.test(first) || isVault(text) ? "yaml" : "ini";
}

function firstLine(text: string): string {
  const lines = text.replace(/^\uFEFF/, "").split("\n", 200);
  return (lines.find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? "").trim();
}

const nativeKeys = /^["']?(?:format|hosts|networks|devices|defaults|images)["']?\s*:/m;

function isGroups(text: string): boolean {
  if (firstLine(text).startsWith("{")) return !/"format"\s*:/.test(text);
  if (nativeKeys.test(text)) return false;
  return /^["']?(?:all|ungrouped|plugin)["']?\s*:/m.test(text) || /^\s+["']?(?:hosts|children|vars)["']?\s*:/m.test(text);
}
