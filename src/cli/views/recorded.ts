// What the last apply recorded.
import type { Recorded } from "../../model/ports/state.ts";
import { jsonText, visible } from "./escape.ts";
import { columns, counted } from "./layout.ts";

/** `hlx state list`. */
export function recordedLines(all: readonly Recorded[]): readonly string[] {
  return [
    ...columns(
      all.map(({ address, run, at }) => [visible(address), `run ${run}`, at]),
      100,
    ),
    `${counted(all.length, "resource")} recorded.`,
  ];
}

/** `hlx state show`: one resource. */
export function recordedDetail({ address, run, at, sealed, actual }: Recorded): readonly string[] {
  return [
    visible(address),
    `  recorded by run ${run}, ${at}${sealed ? "; a secret takes part, so only keyed hashes are kept" : ""}`,
    ...jsonText(actual, 2)
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}

/** `--json` for both. */
export function recordedDocument(all: readonly Recorded[]): unknown {
  return { format: 1, document: "state", resources: all };
}
