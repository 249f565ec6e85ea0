// The graph of work as text, dot or mermaid.
import { visible } from "./escape.ts";
import { columns } from "./layout.ts";

export interface Node {
  /** `host/role`. */
  readonly key: string;
  readonly after: readonly string[];
}

export const graphFormats = ["text", "dot", "mermaid"] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** Nodes in the order of the work. */
export function graphLines(nodes: readonly Node[], format: GraphFormat): readonly string[] {
  switch (format) {
    case "dot":
      return [
        "digraph hlx {",
        "  rankdir=LR;",
        ...nodes.map(({ key }) => `  ${dotName(key)};`),
        ...edges(nodes).map(([from, to]) => `  ${dotName(from)} -> ${dotName(to)};`),
        "}",
      ];
    case "mermaid":
      return mermaid(nodes);
    default:
      return columns(nodes.map(({ key, after }) => [visible(key), after.length === 0 ? "" : `after ${after.map(visible).join(", ")}`]));
  }
}

// Ids of mermaid may hold letters and digits only; names stand in quotes, where a quote is an entity.
function mermaid(nodes: readonly Node[]): readonly string[] {
  const ids = new Map(nodes.map(({ key }, index) => [key, `n${index}`]));
  const id = (key: string): string => ids.get(key) ?? "elsewhere";
  const named = nodes.map(({ key }) => `  ${id(key)}["${visible(key).replaceAll('"', "#quot;")}"]`);
  return ["flowchart LR", ...named, ...edges(nodes).map(([from, to]) => `  ${id(from)} --> ${id(to)}`)];
}

// Only between nodes that are drawn.
function edges(nodes: readonly Node[]): readonly (readonly [string, string])[] {
  const keys = new Set(nodes.map(({ key }) => key));
  return nodes.flatMap(({ key, after }) => after.filter((before) => keys.has(before)).map((before) => [before, key] as const));
}

function dotName(key: string): string {
  return `"${visible(key).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
