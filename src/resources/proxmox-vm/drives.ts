// The further drives of a guest: which there should be, how they are compared, and how they are written.
import { propertiesOf, sizeOf, spelled } from "../proxmox/properties.ts";
import type { Disk, ProxmoxVm } from "./desired.ts";

/** A drive that should be there. `make` allocates it: sent for a slot that is in use, it would put an empty one in place of what is there. */
export interface Drive {
  readonly make: string;
  /** GiB; the small ones of firmware and TPM have no size of their own. */
  readonly size?: number;
  /** What is compared, as Proxmox spells it. */
  readonly options: Readonly<Record<string, string>>;
}

/** What an option is where nobody said. */
const defaults: Readonly<Record<string, string>> = { ssd: "0", discard: "ignore", iothread: "0", backup: "1", cache: "none" };

/** By slot. A clone has the firmware's drive of its template. */
export function drivesOf({ disks = {}, efi, tpm, template, storage = "" }: ProxmoxVm): ReadonlyMap<string, Drive> {
  const further = Object.entries(disks).flatMap(([slot, disk]) => (typeof disk === "string" ? [] : [[slot, driveOf(disk, storage)] as const]));
  const keys = Number(efi?.keys ?? false);
  const firmware =
    efi === undefined || template !== undefined ? [] : [["efidisk0", { make: `${storage}:1,efitype=4m,pre-enrolled-keys=${keys}`, options: {} }] as const];
  const chip = tpm === true ? [["tpmstate0", { make: `${storage}:1,version=v2.0`, options: {} }] as const] : [];
  return new Map<string, Drive>([...further, ...firmware, ...chip]);
}

/** Slots that should be free, and whether their data stays. */
export function leavingOf({ disks = {} }: ProxmoxVm): ReadonlyMap<string, "detached" | "destroyed"> {
  return new Map(Object.entries(disks).flatMap(([slot, disk]) => (typeof disk === "string" ? [[slot, disk] as const] : [])));
}

/** How a drive should be, as it is compared: `100G,discard=on`. */
export function textOf({ size, options }: Drive): string {
  return written(size, options);
}

/** How it is, in the same words; what nobody desires of it is left out. */
export function textOfFound(value: string, { size, options }: Drive): string {
  const properties = propertiesOf(value, "file");
  const found = Object.keys(options).map((name) => [name, properties[name] ?? defaults[name] ?? ""] as const);
  return written(size === undefined ? undefined : sizeOf(value), Object.fromEntries(found));
}

/** The same volume with other options: its name is kept, or an empty one would take its place. */
export function rewritten(value: string, { options }: Drive): string {
  const { file = "", size: _, ...rest } = propertiesOf(value, "file");
  return [file, ...Object.entries({ ...rest, ...options }).map(([name, one]) => `${name}=${one}`)].join(",");
}

/** What of a drive nobody speaks of: its volume, and options that are written along. Another volume is another disk. */
export function restOf(value: string, { options }: Pick<Drive, "options">): string {
  const { size: _, ...parts } = propertiesOf(value, "file");
  return spelled(Object.fromEntries(Object.entries(parts).filter(([name]) => !(name in options))));
}

/** The size in a drive's text; the rest of it is options. */
export function partsOf(text: string): { readonly size: string; readonly options: string } {
  const [size = "", ...options] = text.split(",");
  return { size, options: options.join(",") };
}

function driveOf({ size, storage, cache, discard, ...switches }: Disk, first: string): Drive {
  const flags = Object.entries(switches).flatMap(([name, on]) => (typeof on === "boolean" ? [[name, String(Number(on))] as const] : []));
  const options = Object.fromEntries([
    ...(cache === undefined ? [] : [["cache", cache] as const]),
    ...(discard === undefined ? [] : [["discard", discard ? "on" : "ignore"] as const]),
    ...flags,
  ]);
  const sent = Object.entries(options).map(([name, value]) => `,${name}=${value}`);
  return { make: `${storage ?? first}:${size}${sent.join("")}`, size, options };
}

function written(size: number | undefined, options: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(options).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return [size === undefined ? "there" : `${size}G`, ...sorted.map(([name, value]) => `${name}=${value}`)].join(",");
}
