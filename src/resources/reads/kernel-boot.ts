// What a kernel was booted with, what the next one will be booted with, and who has some PCI devices.
import type { Read } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

export interface KernelBootQuery {
  /** As sysfs has them: "0000:42:00.0". */
  readonly devices: readonly string[];
}

export interface KernelBootSeen {
  /** /proc/cmdline. */
  readonly running: string;
  readonly loader: "grub" | "systemd-boot" | "other";
  /** /etc/kernel/cmdline, which proxmox-boot-tool writes into systemd-boot's entries. */
  readonly cmdline?: string;
  /** Lines that set GRUB_CMDLINE_LINUX or GRUB_CMDLINE_LINUX_DEFAULT, in the order in which grub-mkconfig reads them, each with its file. */
  readonly grub: readonly { readonly file: string; readonly line: string }[];
  readonly iommuGroups: number;
  /** The driver that has a device, by its address; null where none has, missing where there is no such device. */
  readonly drivers: ReadonlyMap<string, string | null>;
}

/**
 * systemd-boot says in an EFI variable (UTF-16) that it was it (systemd's Boot Loader Interface); GRUB's bli module says "GRUB" there. grub-mkconfig reads
 * /etc/default/grub, then /etc/default/grub.d/*.cfg on Debian.
 */
export const kernelBootRead: Read<KernelBootQuery, KernelBootSeen> = {
  name: "kernel boot",
  args: ({ devices }) => [devices.join(" ")],
  parse,
  script: `
LC_ALL=C; export LC_ALL
text() { base64 | tr -d '\\n'; echo; }
printf 'running '; text </proc/cmdline
loader=other
if [ -e /etc/default/grub ]; then loader=grub; fi
for variable in /sys/firmware/efi/efivars/LoaderInfo-4a67b082-*; do
  if [ -e "$variable" ] && tr -d '\\000' <"$variable" | grep -q systemd-boot; then loader=systemd-boot; fi
done
echo "loader $loader"
if [ -f /etc/kernel/cmdline ]; then printf 'cmdline '; text </etc/kernel/cmdline; fi
for file in /etc/default/grub /etc/default/grub.d/*.cfg; do
  [ -f "$file" ] || continue
  grep -E '^[[:space:]]*(export[[:space:]]+)?GRUB_CMDLINE_LINUX(_DEFAULT)?=' "$file" | while IFS= read -r line; do printf 'grub %s ' "$file"; printf '%s' "$line" | text; done
done
groups=0
for group in /sys/kernel/iommu_groups/*; do if [ -d "$group" ]; then groups=$((groups + 1)); fi; done
echo "groups $groups"
set -f
for device in $(printf '%s\\n' "$@" | tr ' ' '\\n' | sort -u); do
  at=/sys/bus/pci/devices/$device
  [ -e "$at" ] || continue
  driver=-
  if [ -L "$at/driver" ]; then driver=$(readlink "$at/driver"); fi
  echo "driver $device \${driver##*/}"
done
`,
};

function parse(output: string, queries: readonly KernelBootQuery[]): readonly KernelBootSeen[] {
  const lines = output.split("\n").map((line) => line.split(" "));
  const of = (sort: string): readonly (readonly string[])[] => lines.filter(([one]) => one === sort).map(([, ...rest]) => rest);
  const [[running], [loader = ""] = [], [groups = ""] = []] = [of("running")[0] ?? [], of("loader")[0], of("groups")[0]];
  if (running === undefined || !isLoader(loader) || !/^\d{1,6}$/.test(groups)) throw garbled();
  const [cmdline] = of("cmdline");
  const seen: KernelBootSeen = {
    running: decoded(running),
    loader,
    ...(cmdline === undefined ? {} : { cmdline: decoded(cmdline[0]) }),
    grub: of("grub").map(([file = "", line]) => ({ file, line: decoded(line) })),
    iommuGroups: Number(groups),
    drivers: new Map(of("driver").map(([device = "", driver = ""]) => [device, driver === "-" ? null : named(driver)])),
  };
  return queries.map(() => seen);
}

function isLoader(text: string): text is KernelBootSeen["loader"] {
  return ["grub", "systemd-boot", "other"].includes(text);
}

function named(driver: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(driver)) throw garbled();
  return driver;
}

function decoded(text = ""): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw garbled();
  return Buffer.from(text, "base64").toString("utf8").trim();
}

function garbled(): ProblemError {
  return new ProblemError({ code: "unknown", message: "looking at what the kernel was booted with: the host's answer has an unknown form" });
}
