// What is seen of the node before anything is declared: that it is one, and of which release.
import type { Look } from "hlx";

export interface Node {
  /** 8, 9 … */
  readonly release: number;
}

export function lookAt(host: string): Look {
  return { host, script: lookScript };
}

const lookScript = `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
echo "version $(pveversion 2>/dev/null | head -n 1)"
`;

/** Throws an Error for a host that is no node of Proxmox VE, or that did not answer. */
export function nodeOf(host: string, printed: string | undefined): Node {
  if (printed === undefined) throw new Error(`${host} could not be looked at`);
  const release = /^version pve-manager\/(\d{1,2})\./m.exec(printed)?.[1];
  if (release === undefined)
    throw new Error(`${host} is no node of Proxmox VE: it has no pveversion. This role makes none of a Debian; give it to hosts that Proxmox was installed on`);
  return { release: Number(release) };
}
