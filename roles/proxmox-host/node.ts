// What is seen of the node before anything is declared: that it is one, its repositories, its PCI devices.
import type { Look, LookAnswer } from "hlx";
import { listScript } from "./repository-scripts.ts";

export interface Node {
  /** 8, 9 … */
  readonly release: number;
  /** What is switched on of Proxmox's, a line for each component. */
  readonly repositories: readonly Repository[];
  readonly cpu: "intel" | "amd" | "other";
  readonly devices: readonly PciDevice[];
}

/** One node after the other: a cluster keeps its quorum while one of them is away. */
export const oneNode = "proxmox node";

export interface Repository {
  readonly file: string;
  readonly uri: string;
  readonly component: string;
}

export interface PciDevice {
  /** As sysfs has it: "0000:42:00.0". */
  readonly address: string;
  /** "10de:2684". */
  readonly id: string;
  /** Six hexadecimal digits; 03 are displays, 0604 are bridges. */
  readonly type: string;
  /** Undefined while the IOMMU is off. */
  readonly group?: string;
}

export function lookAt(host: string): Look {
  return { host, script: lookScript };
}

const lookScript = `
LC_ALL=C PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH
echo "version $(pveversion 2>/dev/null | head -n 1)"
echo "cpu $(sed -n 's/^vendor_id[[:space:]]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
(${listScript})
for device in /sys/bus/pci/devices/*; do
  read -r class <"$device/class" || continue
  vendor= id= group=-
  read -r vendor <"$device/vendor"; read -r id <"$device/device"
  if [ -L "$device/iommu_group" ]; then group=$(readlink "$device/iommu_group"); fi
  echo "pci \${device##*/} \${vendor#0x}:\${id#0x} \${class#0x} \${group##*/}"
done 2>/dev/null
exit 0
`;

/** Throws an Error for a host that is no node of Proxmox VE, or that could not be looked at. */
export function nodeOf(host: string, answer: LookAnswer | undefined): Node {
  if (answer?.look !== "answered") throw new Error(`${host} could not be looked at${answer === undefined ? "" : `: ${whyNot(answer)}`}`);
  const lines = answer.printed.split("\n");
  const of = (sort: string): readonly (readonly string[])[] => lines.filter((line) => line.startsWith(`${sort} `)).map((line) => line.split(" ").slice(1));
  const release = /^version pve-manager\/(\d{1,2})\./m.exec(answer.printed)?.[1];
  if (release === undefined)
    throw new Error(`${host} is no node of Proxmox VE: it has no pveversion. This role makes none of a Debian; give it to hosts that Proxmox was installed on`);
  return {
    release: Number(release),
    repositories: of("repo").map(([file = "", uri = "", component = ""]) => ({ file, uri, component })),
    cpu: cpus.get(of("cpu")[0]?.[0] ?? "") ?? "other",
    devices: lines.flatMap(deviceIn),
  };
}

const cpus: ReadonlyMap<string, Node["cpu"]> = new Map([
  ["GenuineIntel", "intel"],
  ["AuthenticAMD", "amd"],
]);

function deviceIn(line: string): readonly PciDevice[] {
  const [, address = "", id = "", type = "", group] =
    /^pci ([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ([0-9a-f]{4}:[0-9a-f]{4}) ([0-9a-f]{6}) (-|\d{1,6})$/.exec(line) ?? [];
  if (group === undefined) return [];
  return [{ address, id, type, ...(group === "-" ? {} : { group }) }];
}

function whyNot(answer: Exclude<LookAnswer, { readonly look: "answered" }>): string {
  return answer.look === "failed" ? answer.because.message : answer.because;
}
