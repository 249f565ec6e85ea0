// The recorded cases of a kind as its reference page shows them.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../src/lib/json.ts";
import type { AnyKind } from "../src/model/kind.ts";
import type { DescribedCase } from "../src/report/reference.ts";
import { type RecordedCase, replay } from "../src/testing/contract.ts";

const folder = join(import.meta.dirname, "..", "test", "fixtures", "resources");
const widest = 120;

/** What the kind makes of each of its cases today, by name. */
export async function casesOf(kind: AnyKind): Promise<readonly DescribedCase[]> {
  const files = globSync(`${kind.kind}/*.json`, { cwd: folder }).sort();
  return Promise.all(files.map((file) => described(kind, JSON.parse(readFileSync(join(folder, file), "utf8")) as RecordedCase)));
}

async function described(kind: AnyKind, recorded: RecordedCase): Promise<DescribedCase> {
  const { found, changes = [], steps = [] } = await replay(kind, recorded);
  const comes = isRecord(found) && (found["found"] === "blocked" || found["found"] === "unknown") ? [whyNot(found)] : [...changes, ...steps.map(then)];
  return { name: recorded.name, comes: (comes.length === 0 ? ["nothing to do"] : comes).map(cut), changes: changes.map(propertyAndRisk) };
}

function whyNot(found: Readonly<Record<string, unknown>>): string {
  if (found["found"] === "blocked") return `waits for ${String(found["needs"])}`;
  return `error: ${isRecord(found["because"]) ? String(found["because"]["message"]) : ""}`;
}

function then(step: string): string {
  return `→ ${step}`;
}

// `replay` spells a change as `property: before → after (risk)`, without the risk where there is none; packages have colons in their properties.
function propertyAndRisk(spelled: string): { readonly property: string; readonly risk: string } {
  return {
    property: /^(.*?): /.exec(spelled)?.[1] ?? spelled,
    risk: / \((reload|restart|reboot|replace|connectivity|data-loss)\)$/.exec(spelled)?.[1] ?? "none",
  };
}

function cut(text: string): string {
  return text.length > widest ? `${text.slice(0, widest)}…` : text;
}
