// What differs between a kernel's boot and what it should be: what the next one gets, and whether this one was it.
import { type Change, change, type Known } from "../../model/kind.ts";
import type { KernelBoot } from "./desired.ts";
import type { KernelBootActual } from "./probe.ts";

/** `parameter:iommu=pt` for the next boot, and `booted`, which only a reboot mends. */
export function diff(desired: KernelBoot, found: Known<KernelBootActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const next = actual?.next ?? [];
  if (desired.absent === true)
    return removable(desired, actual).map((one) => change(`parameter:${one}`, { before: true, after: null, note: "this boot goes on with it" }));
  const added = desired.parameters.filter((one) => !next.includes(one)).map((one) => change(`parameter:${one}`, { before: null, after: true }));
  const lacks = lacking(desired, actual);
  return lacks.length === 0 ? added : [...added, change("booted", { before: lacks.join(", "), after: "as configured", risk: "reboot" })];
}

/** GRUB: what hlx's own file brings. In /etc/kernel/cmdline nobody can tell whose a word is. */
export function removable({ parameters }: KernelBoot, actual: KernelBootActual | undefined): readonly string[] {
  if (actual === undefined) return [];
  return parameters.filter((one) => actual.next.includes(one) && (actual.loader === "systemd-boot" || !actual.others.includes(one)));
}

function lacking({ parameters, drivers }: KernelBoot, actual: KernelBootActual | undefined): readonly string[] {
  return [
    ...parameters.filter((one) => actual?.running.includes(one) !== true).map((one) => `without ${one}`),
    ...Object.entries(drivers)
      .filter(([device, driver]) => actual?.drivers[device] !== driver)
      .map(([device]) => `${device} with ${actual?.drivers[device] ?? "no driver"}`),
  ];
}
