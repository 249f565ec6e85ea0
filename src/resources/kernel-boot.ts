// What the kernel is booted with: parameters of its command line, and drivers that have devices from the boot on.
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { type KernelBoot, schema } from "./kernel-boot/desired.ts";
import { diff } from "./kernel-boot/diff.ts";
import { type KernelBootActual, probe } from "./kernel-boot/probe.ts";
import { steps } from "./kernel-boot/steps.ts";
import { resourceOf } from "./make.ts";

export const kernelBootKind: Kind<KernelBoot, KernelBootActual, "shell"> = {
  kind: "kernel.boot",
  summary:
    "Parameters of the kernel's command line (GRUB or systemd-boot) and drivers that have PCI devices from the boot on, by a reboot where only that helps.",
  schema,
  via: ["shell"],
  identity: () => "cmdline",
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

export interface KernelBootOptions extends ResourceOptions {
  readonly parameters: readonly string[];
  /** By the devices' addresses as sysfs has them. Default none. */
  readonly drivers?: Readonly<Record<string, string>>;
  /** There must be IOMMU groups. Default false. */
  readonly iommu?: boolean;
}

/** One a host. Parameters that others wrote already stay where they are. */
export function kernelBoot({ parameters, drivers = {}, iommu = false, ...brings }: KernelBootOptions): Resource<KernelBoot> {
  return resourceOf(kernelBootKind, { parameters, drivers, iommu }, brings);
}

/** Parameters that the next boot did not have go again; the boot that was, only a reboot by hand brings back. */
function restore(desired: KernelBoot, before: Found<KernelBootActual>): KernelBoot | Irreversible {
  if (before.found !== "present") return { irreversible: "nothing is known of the boot before" };
  const added = desired.parameters.filter((one) => !before.actual.next.includes(one));
  if (added.length === 0) return { irreversible: "the kernel goes on as it was booted" };
  return { parameters: added, drivers: {}, iommu: false, absent: true };
}
