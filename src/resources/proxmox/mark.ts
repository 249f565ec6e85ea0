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
