// Which cards a host is to drive itself, and which it gives away.
import { type Facts, type Gpu, type Host, proxmoxDevicesOf } from "hlx";
import type { NvidiaParams } from "./params.ts";

/** "0000:42:00" or "42:00.0" as sysfs begins its addresses. */
function isAt(address: string, card: string): boolean {
  const full = (/^[0-9a-f]{4}:/i.test(card) ? card : `0000:${card}`).toLowerCase();
  return address
    .toLowerCase()
    .replace(/^0000(?=[0-9a-f]{4}:)/, "")
    .startsWith(full);
}

/** The NVIDIA cards that this host drives. Throws Error for one that it gives away at the same time. */
export function ownCards({ cards }: NvidiaParams, { facts, host }: { readonly facts: Facts; readonly host: Host }): readonly Gpu[] {
  const given = proxmoxDevicesOf(host);
  const wanted = facts.gpus.filter(({ vendor, address }) => vendor === "nvidia" && (cards === undefined || cards.some((card) => isAt(address, card))));
  const own = wanted.filter(({ address, driver }) => driver !== "vfio-pci" && ![...given.values()].some((card) => isAt(address, card)));
  const [clash] = wanted.filter((card) => !own.includes(card));
  if (clash !== undefined && (cards !== undefined || own.length === 0)) throw new Error(refusal(clash, given));
  return own;
}

function refusal({ address, driver }: Gpu, given: ReadonlyMap<string, string>): string {
  const name = [...given].find(([, card]) => isAt(address, card))?.[0];
  const how = name === undefined ? `vfio-pci has it (${driver})` : `proxmox.pci names it "${name}"`;
  return `the card ${address} is passed through to guests (${how}): a driver on this host cannot have it, too. Give the role to the guest, or take the card from proxmox.pci`;
}

/** Params' cards that are among those that are given away, whatever the host looks like. */
export function givenAway({ cards = [] }: NvidiaParams, host: Host): readonly { readonly index: number; readonly card: string; readonly name: string }[] {
  const given = [...proxmoxDevicesOf(host)];
  return cards.flatMap((card, index) => given.filter(([, one]) => isAt(full(one), card) || isAt(full(card), one)).map(([name]) => ({ index, card, name })));
}

function full(card: string): string {
  return /^[0-9a-f]{4}:/i.test(card) ? card : `0000:${card}`;
}

/** What is to be said where there is nothing to do, or something that nobody does. */
export function remarks({ gpu }: NvidiaParams, { gpus }: Pick<Facts, "gpus">): readonly string[] {
  const amd = gpus.filter(({ vendor }) => vendor === "amd").map(({ address }) => address);
  const about = amd.length === 0 ? [] : [`the card at ${amd.join(", ")} is AMD's: its driver is in the kernel, and ROCm is not this role's`];
  const has = gpu === "expected" || gpus.some(({ vendor }) => vendor === "nvidia");
  return has ? about : [...about, "no NVIDIA card on this host: nothing to do"];
}
