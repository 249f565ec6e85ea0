// What is seen of the node before anything is declared: that it is one, and of which release.
import type { Look, LookAnswer } from "hlx";

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

/** Throws an Error for a host that is no node of Proxmox VE, or that could not be looked at. */
export function nodeOf(host: string, answer: LookAnswer | undefined): Node {
  if (answer?.look !== "answered") throw new Error(`${host} could not be looked at${answer === undefined ? "" : `: ${whyNot(answer)}`}`);
  const release = /^version pve-manager\/(\d{1,2})\./m.exec(answer.printed)?.[1];
  if (release === undefined)
    throw new Error(`${host} is no node of Proxmox VE: it has no pveversion. This role makes none of a Debian; give it to hosts that Proxmox was installed on`);
  return { release: Number(release) };
}

function whyNot(answer: Exclude<LookAnswer, { readonly look: "answered" }>): string {
  return answer.look === "failed" ? answer.because.message : answer.because;
}
