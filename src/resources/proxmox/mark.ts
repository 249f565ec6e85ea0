// The mark of hlx on what it made in a Proxmox cluster: a line of the description.

/** The mark: names are not unique in a cluster, and numbers may be somebody else's. */
export function markOf(name: string): string {
  return `managed by hlx as ${name}`;
}

/** A description with the mark as its last line. */
export function described(name: string, description: string | undefined): string {
  return description === undefined ? markOf(name) : `${description.trim()}\n\n${markOf(name)}`;
}

/** Does the description bear the mark of this name? */
export function bears(description: string | undefined, name: string): boolean {
  return (description ?? "").split("\n").some((line) => line.trim() === markOf(name));
}

/** The name in the mark of a description that is another's; undefined where there is no mark, or this one. */
export function markedAs(description: string | undefined, name: string): string | undefined {
  const marks = (description ?? "").split("\n").flatMap((line) => /^managed by hlx as (\S+)$/.exec(line.trim())?.[1] ?? []);
  return marks.includes(name) ? undefined : marks[0];
}

/** A description without the mark of this name; undefined where nothing is left. */
export function withoutMark(name: string, description: string | undefined): string | undefined {
  const own = (description ?? "").split("\n").filter((line) => line.trim() !== markOf(name));
  return own.join("\n").trim() || undefined;
}
