// How a kernel gets other parameters: written where its loader reads them, and a reboot where this boot was another one.
import type { Change, Known } from "../../model/kind.ts";
import type { Step } from "../../model/step.ts";
import { removal } from "../file/steps.ts";
import { parentOf } from "../make.ts";
import type { KernelBoot } from "./desired.ts";
import { removable } from "./diff.ts";
import type { KernelBootActual } from "./probe.ts";
import { dropIn } from "./words.ts";

const refreshMs = 600_000;
const rebootMs = 900_000;
const boundMs = 120_000;

export function steps(desired: KernelBoot, found: Known<KernelBootActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0 || found.found === "absent") return [];
  const { loader } = found.actual;
  const refresh: Step = { do: "detached", title: `write the entries of ${titles[loader]}`, script: refreshScript, args: [loader], deadlineMs: refreshMs };
  const written = [...(changes.some(({ property }) => property !== "booted") ? write(desired, found.actual) : []), refresh];
  if (!changes.some(({ property }) => property === "booted")) return written;
  return [...written, { do: "reboot", deadlineMs: rebootMs }, ...bound(desired)];
}

const titles = { grub: "GRUB", "systemd-boot": "systemd-boot" } as const;

function write(desired: KernelBoot, actual: KernelBootActual): readonly Step[] {
  if (actual.loader === "systemd-boot") return [cmdline(desired, actual)];
  const own = desired.absent === true ? [] : desired.parameters.filter((one) => !actual.others.includes(one));
  if (own.length === 0) return [removal(dropIn)];
  const content = [`GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${own.join(" ")}"\n`];
  return [
    { do: "run", title: "make its folder", script: 'mkdir -p -- "$1"', args: [parentOf(dropIn)] },
    { do: "write", path: dropIn, content, mode: "0644", owner: "root", group: "root" },
  ];
}

function cmdline(desired: KernelBoot, actual: KernelBootActual): Step {
  const [verb, words] =
    desired.absent === true
      ? (["without", removable(desired, actual)] as const)
      : (["with", desired.parameters.filter((one) => !actual.next.includes(one))] as const);
  return { do: "run", title: `write /etc/kernel/cmdline ${verb} ${words.join(" ")}`, script: cmdlineScript, args: [verb, ...words] };
}

function bound({ drivers }: KernelBoot): readonly Step[] {
  const pairs = Object.entries(drivers);
  if (pairs.length === 0) return [];
  const title = pairs.map(([device, driver]) => `${driver} has ${device}`).join(", ");
  return [{ do: "wait", until: { title, script: boundScript, args: pairs.flat() }, deadlineMs: boundMs }];
}

// Without the file proxmox-boot-tool takes what the kernel runs with, apart from what its loader put there. What is added stands last, where it counts.
const cmdlineScript = `
verb=$1; shift
path=/etc/kernel/cmdline all=
set -f
words() { if [ -f "$path" ]; then cat "$path"; else tr ' ' '\\n' </proc/cmdline | grep -v -e '^BOOT_IMAGE=' -e '^initrd='; fi; }
for word in $(words); do
  for other in "$@"; do if [ "$word" = "$other" ]; then word=; fi; done
  all="$all\${word:+ $word}"
done
if [ "$verb" = with ]; then all="$all $*"; fi
printf '%s\\n' "\${all# }" >"$path.hlx" && chmod 0644 "$path.hlx" && mv -f "$path.hlx" "$path"
`;

// Where proxmox-boot-tool keeps the EFI partitions, it writes their entries for both loaders.
const refreshScript = `
PATH=$PATH:/usr/sbin:/sbin; export PATH
if [ "$1" = grub ]; then update-grub || exit; fi
if [ -s /etc/kernel/proxmox-boot-uuids ]; then proxmox-boot-tool refresh; exit; fi
[ "$1" = grub ] || { echo "systemd-boot is not kept by proxmox-boot-tool here: its entries are not written by hlx"; exit 1; }
`;

const boundScript = `
while [ $# -gt 1 ]; do
  driver=$(readlink "/sys/bus/pci/devices/$1/driver") || { echo "$1 has no driver"; exit 1; }
  [ "\${driver##*/}" = "$2" ] || { echo "\${driver##*/} has $1"; exit 1; }
  shift 2
done
`;
