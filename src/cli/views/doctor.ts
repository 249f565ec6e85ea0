// What `hlx doctor` found: as lines for people, as a document for programs.
import { visible } from "./escape.ts";
import { columns, counted } from "./layout.ts";
import type { Paint } from "./paint.ts";

export type Level = "ok" | "warning" | "error";

/** One thing that was looked at. `found` may quote what a host said: hostile data. */
export interface Finding {
  readonly check: string;
  readonly level: Level;
  readonly found: string;
  /** What mends it: a command, or a line for a file. */
  readonly mend?: string;
}

/** The findings about one host, or about this machine. */
export interface Examined {
  readonly name: string;
  readonly findings: readonly Finding[];
}

const styles = { ok: "green", warning: "yellow", error: "red" } as const;
const signs = { ok: "✔", warning: "!", error: "✖" } as const;

/** A block for each, a line a finding, its mend below it. */
export function doctorLines(examined: readonly Examined[], paint: Paint): readonly string[] {
  const blocks = examined.flatMap(({ name, findings }) => [paint("bold", visible(name)), ...findingLines(findings, paint), ""]);
  const all = examined.flatMap(({ findings }) => findings);
  const [errors, warnings] = (["error", "warning"] as const).map((level) => all.filter((finding) => finding.level === level).length);
  return [...blocks, `${counted(errors ?? 0, "error")}, ${counted(warnings ?? 0, "warning")}, ${all.length} looked at.`];
}

function findingLines(findings: readonly Finding[], paint: Paint): readonly string[] {
  const rows = columns(findings.map(({ level, check, found }) => [`  ${paint(styles[level], signs[level])}`, check, visible(found)]));
  return findings.flatMap(({ mend }, index) => [rows[index] ?? "", ...(mend === undefined ? [] : [`      ${paint("cyan", `→ ${visible(mend)}`)}`])]);
}

/** `hlx doctor --json`. */
export function doctorDocument(examined: readonly Examined[]): unknown {
  return { format: 1, document: "doctor", examined };
}
