// What a thing that is taken over differs in, and what the inventory would have to say to keep it.
import { stringify } from "yaml";
import type { Change, Word } from "../../model/kind.ts";
import type { Position } from "../../model/problem.ts";
import { valueText } from "./change.ts";
import { visible } from "./escape.ts";
import { columns, counted } from "./layout.ts";
import { place } from "./problem.ts";

/** One resource: its changes, each with the words that would keep what is there, and where they belong. */
export interface Left {
  readonly address: string;
  readonly differs: readonly { readonly change: Change; readonly keeps: readonly (Word & { readonly at: Position | undefined })[] }[];
}

/** Before: what stays as it is. After: what is left to do, or that nothing is. */
export function leftLines(all: readonly Left[], { when, cwd }: { readonly when: "before" | "after"; readonly cwd: string }): readonly string[] {
  return all.flatMap(({ address, differs }) => {
    if (differs.length > 0) return [`${visible(address)} ${headOf(differs.length, when)}`, ...rows({ address, differs }, cwd)];
    return when === "after" ? [`${visible(address)} is hlx's now: nothing left to do.`] : [];
  });
}

/** The last line of `hlx adopt --json`. */
export function leftRecord(all: readonly Left[]): unknown {
  return { format: 1, event: "adopted", resources: all };
}

function headOf(count: number, when: "before" | "after"): string {
  const what = counted(count, "setting");
  return when === "before"
    ? `differs from the inventory in ${what}, which taking it over leaves alone:`
    : `is hlx's now, and differs from the inventory in ${what}. hlx apply changes what is there; to keep it, say so:`;
}

function rows({ differs }: Left, cwd: string): readonly string[] {
  const cells = differs.map(({ change: { property, before, after }, keeps }) => [
    `  ${visible(property)}`,
    `${valueText(before)} → ${valueText(after)}`,
    keeps.map(said).join(", "),
    ...[...new Set(keeps.flatMap(({ at }) => (at === undefined ? [] : [place(at, cwd)])))].slice(0, 1),
  ]);
  return columns(cells);
}

function said({ path, value }: Word): string {
  const name = path.join(".");
  return visible(value === null ? `no ${name}` : `${name}: ${yamlOf(value)}`);
}

// In one line, as it may stand in the file.
function yamlOf(value: unknown): string {
  return typeof value === "string" && value.includes("\n") ? JSON.stringify(value) : stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
