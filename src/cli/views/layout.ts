// Columns, cut lines, durations: what several views need.

/** How many columns a text takes; colours take none. Characters outside the basic plane count as two. */
export function widthOf(text: string): number {
  // biome's rule on control characters is off: ESC begins a colour
  const bare = text.replace(/\u001b\[\d{1,3}m/g, "");
  return [...bare].reduce((width, character) => width + (character.length > 1 ? 2 : 1), 0);
}

/** The text with spaces behind it up to a width. */
export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** At most so many columns of a text without colours; what is cut is marked by `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return `${[...text].slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Rows with every column but the last as wide as its widest cell, up to `widest`. */
export function columns(rows: readonly (readonly string[])[], widest = 60): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.min(widest, Math.max(0, ...rows.map((row) => widthOf(row[column] ?? "")))));
  return rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `0.4 s`, `41 s`, `3m20 s`, `1h02m`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** `1 host`, `2 hosts`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
