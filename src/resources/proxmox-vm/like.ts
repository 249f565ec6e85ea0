// The settings that a clone of a template would have, for a guest that is created from the template's image instead.
import { propertiesOf } from "../proxmox/properties.ts";
import { firstDisk } from "./first-disk.ts";

type Config = Readonly<Record<string, string>>;

/** What a clone takes over (qm(1)); its name, description, UUIDs and snapshots are its own. A password that cloud-init sets is never shown. */
const inherited =
  /^(acpi|agent|balloon|bios|boot|ciupgrade|citype|ciuser|cores|cpu|cpulimit|cpuunits|hotplug|ipconfig\d+|keyboard|localtime|machine|memory|nameserver|net\d+|numa|onboot|ostype|protection|rng0|scsihw|searchdomain|serial\d+|shares|sockets|sshkeys|startup|tablet|tags|vga|watchdog)$/;
const drive = /^(scsi|virtio|sata|ide)\d+$/;

/** By key, as they are sent. `disk` is what its first drive is made from. */
export function likeTemplate(config: Config, { storage, disk }: { readonly storage: string; readonly disk: string }): Readonly<Record<string, string>> {
  const first = firstDisk(config);
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      if (key === first) return [[key, [disk, ...optionsOf(value)].join(",")]];
      const made = inherited.test(key) ? (/^net/.test(key) ? withoutMac(value) : value) : driveMade(key, { value, storage });
      return made === undefined ? [] : [[key, made]];
    }),
  );
}

/** Its disks beside the first: no image holds them. */
export function furtherDisks(config: Config): readonly string[] {
  return Object.keys(config).filter((key) => drive.test(key) && key !== firstDisk(config) && !/media=cdrom/.test(config[key] ?? ""));
}

function driveMade(key: string, { value, storage }: { readonly value: string; readonly storage: string }): string | undefined {
  const pick = (names: readonly string[]): readonly string[] => optionsOf(value).filter((option) => names.includes(option.split("=")[0] ?? ""));
  if (key === "efidisk0") return [`${storage}:1`, ...pick(["efitype", "pre-enrolled-keys"])].join(",");
  if (key === "tpmstate0") return [`${storage}:1`, ...pick(["version"])].join(",");
  if (!drive.test(key)) return undefined;
  return /-cloudinit\b/.test(value) ? `${storage}:cloudinit` : /media=cdrom/.test(value) ? value : undefined;
}

function optionsOf(value: string): readonly string[] {
  const { file: _, size: __, ...options } = propertiesOf(value, "file");
  return Object.entries(options).map(([name, one]) => `${name}=${one}`);
}

// `virtio=BC:24:11:00:05:14,bridge=vmbr0`: without one it gets a new one, as a clone does.
function withoutMac(value: string): string {
  const [model = "", ...rest] = value.split(",");
  return [model.split("=")[0], ...rest].join(",");
}
