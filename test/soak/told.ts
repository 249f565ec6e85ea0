// What hlx said of what went wrong.

/** The lines that say what went wrong; the diffs are left out. */
export function toldBy(text: string): string {
  return text
    .split("\n")
    .map((line) => line.slice(0, 300))
    .filter((line) => /^ *[✖?|]|error|exit |HOST|^box|refused/.test(line))
    .join("\n");
}
