// Looks at what the kernel runs with, what the next one gets, and who has the devices.
import { type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { Problem } from "../../model/problem.ts";
import { type KernelBootSeen, kernelBootRead } from "../reads/kernel-boot.ts";
import type { KernelBoot } from "./desired.ts";
import { dropIn, grubWords, holds, wordsOf } from "./words.ts";

export interface KernelBootActual {
  readonly loader: "grub" | "systemd-boot";
  /** The desired parameters that the next boot has, and those among them that hlx's own file does not bring. */
  readonly next: readonly string[];
  readonly others: readonly string[];
  readonly running: readonly string[];
  /** The driver of each desired device; null where none has it. */
  readonly drivers: Readonly<Record<string, string | null>>;
}

export async function probe(desired: KernelBoot, on: Pick<Readers, "shell">): Promise<Found<KernelBootActual>> {
  const seen = await on.shell.ask(kernelBootRead, { devices: Object.keys(desired.drivers).sort() });
  const { loader } = seen;
  if (loader === "other") return { found: "unknown", because: noLoader };
  const actual: KernelBootActual = {
    loader,
    ...configured(desired, loader, seen),
    running: desired.parameters.filter((one) => holds(wordsOf(seen.running), one)),
    drivers: Object.fromEntries(Object.keys(desired.drivers).map((device) => [device, seen.drivers.get(device) ?? null])),
  };
  const wrong = missingDevice(desired, seen) ?? (isOff(desired, actual, seen) ? iommuOff : undefined);
  return wrong === undefined ? present(actual) : { found: "unknown", because: wrong };
}

function configured(
  { parameters }: KernelBoot,
  loader: KernelBootActual["loader"],
  { cmdline = "", grub }: KernelBootSeen,
): Pick<KernelBootActual, "next" | "others"> {
  const inAll = (words: readonly string[]): readonly string[] => parameters.filter((one) => holds(words, one));
  if (loader === "systemd-boot") return { next: inAll(wordsOf(cmdline)), others: inAll(wordsOf(cmdline)) };
  return { next: inAll(grubWords(grub)), others: inAll(grubWords(grub.filter(({ file }) => file !== dropIn))) };
}

function missingDevice({ drivers, absent }: KernelBoot, seen: KernelBootSeen): Problem | undefined {
  const device = absent === true ? undefined : Object.keys(drivers).find((one) => !seen.drivers.has(one));
  if (device === undefined) return undefined;
  return { code: "missing", message: `looking at what the kernel was booted with: there is no PCI device ${device} on this host` };
}

function isOff({ iommu, parameters, absent }: KernelBoot, { running }: KernelBootActual, { iommuGroups }: KernelBootSeen): boolean {
  return iommu && absent !== true && iommuGroups === 0 && running.length === parameters.length;
}

const noLoader: Problem = {
  code: "unknown",
  message: "looking at what the kernel is booted by: there is neither /etc/default/grub nor systemd-boot",
  hint: "hlx knows GRUB, and systemd-boot with proxmox-boot-tool",
};

const iommuOff: Problem = {
  code: "missing",
  message: "the kernel was told to use the IOMMU, and there are no IOMMU groups: the firmware has it off",
  hint: "turn VT-d (Intel) or AMD-Vi on in the machine's firmware; no reboot by hlx helps",
};
