// The free variables of an inventory as text, each place once.
import type { Json } from "../../lib/json.ts";
import { isRecord } from "../../lib/json.ts";
import type { Written } from "../../model/finding.ts";
import type { Inventory, Sourced } from "../../model/host.ts";
import { isSecretRef } from "../../model/text.ts";
import { hostOnlyNames, settingNames } from "../schema.ts";

/** Settings (user, vm …) are left out: they are checked where they are read. What came out of a vault is left out too. */
export function variablesOf({ hosts }: Inventory): readonly Written[] {
  const found = new Map<string, Written>();
  for (const { sources } of hosts.values()) {
    for (const [name, sourced] of Object.entries(sources)) {
      if (isSetting(name) || sourced.secret === true || sourced.at === undefined) continue;
      for (const written of textsOf(name, sourced, sourced.at))
        found.set(`${written.at.file}:${written.at.line}:${written.at.column}:${written.text}`, written);
    }
  }
  return [...found.values()];
}

function isSetting(name: string): boolean {
  const [first = ""] = name.split(".");
  return settingNames.includes(first) || hostOnlyNames.includes(first);
}

// Members of maps are listed by themselves.
function textsOf(name: string, { value }: Sourced, at: NonNullable<Sourced["at"]>): readonly Written[] {
  if (isRecord(value) || isSecretRef(value)) return [];
  return leaves(value).map((text) => ({ in: "variable", key: name.split(".").at(-1) ?? name, text, at }));
}

function leaves(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => leaves(item));
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}
