// A guest's drives in the inventory's words. What is not said stays as it is.
import type { Json, JsonObject } from "../../lib/json.ts";
import type { Unsaid } from "../../model/proxmox-seen.ts";
import { propertiesOf, sizeOf } from "../proxmox/properties.ts";
import { firstDisk } from "./first-disk.ts";

type Config = Readonly<Record<string, string>>;

/** Its disks, and the small drives of firmware and TPM. */
export function drivesSaid(config: Config): { readonly vm: JsonObject; readonly said: readonly string[] } | Unsaid {
  const first = firstDisk(config);
  const storage = storageOf(config[first]);
  // A part of a GiB is no growth, and not said: sizes are whole ones.
  const size = Math.floor(sizeOf(config[first]) ?? 0);
  if (storage === undefined || size < 1) return { unsaid: "it boots from no disk in a storage" };
  const further = furtherOf(config, { first, storage });
  const slots = Object.keys(further);
  const { efidisk0: efi, tpmstate0: tpm } = config;
  const firmware = efi === undefined ? {} : { efi: propertiesOf(efi, "file")["pre-enrolled-keys"] === "1" ? { keys: true } : true };
  const vm = { storage, disk: `${size}G`, ...(slots.length > 0 && { disks: further }), ...firmware, ...(tpm !== undefined && { tpm: true }) };
  const cloudInit = Object.keys(config).filter((key) => /-cloudinit\b.*media=cdrom/.test(config[key] ?? ""));
  return { vm, said: [first, ...slots, "efidisk0", "tpmstate0", ...cloudInit] };
}

function storageOf(drive: string | undefined): string | undefined {
  return /^([A-Za-z][A-Za-z0-9._-]*):/.exec(propertiesOf(drive ?? "", "file")["file"] ?? "")?.[1];
}

const slot = /^(scsi([1-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|sata[0-5])$/;

function furtherOf(config: Config, { first, storage }: { readonly first: string; readonly storage: string }): JsonObject {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const disk = key === first || !slot.test(key) ? undefined : diskOf(value, storage);
      return disk === undefined ? [] : [[key, disk] as const];
    }),
  );
}

function diskOf(value: string, first: string): Json | undefined {
  const [size, storage] = [sizeOf(value), storageOf(value)];
  if (storage === undefined || size === undefined || !Number.isInteger(size) || size < 1 || /media=cdrom/.test(value)) return undefined;
  const { ssd, discard, iothread, backup, cache } = propertiesOf(value, "file");
  const options = {
    ...(storage !== first && { storage }),
    ...(ssd === "1" && { ssd: true }),
    ...(discard === "on" && { discard: true }),
    ...(iothread === "1" && { iothread: true }),
    ...(backup === "0" && { backup: false }),
    ...(cache !== undefined && cache !== "none" && { cache }),
  };
  return Object.keys(options).length === 0 ? `${size}G` : { size: `${size}G`, ...options };
}
