// Globs over names with slashes.

/** `*` stands for anything but a slash, `**` for anything, `?` for one character; what is below a whole match is meant, too. */
export function globFor(glob: string): RegExp {
  const parts = glob.split(/(\*\*|\*|\?)/).map((part) => ({ "**": ".*", "*": "[^/]*", "?": "[^/]" })[part] ?? part.replace(/[\\^$.|+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}(/.*)?$`, "s");
}
