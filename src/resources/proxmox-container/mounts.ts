// The further file systems of a container: which slot each has, how they are compared, and how they are written.
import { propertiesOf, sizeOf, spelled } from "../proxmox/properties.ts";
import type { Mount, ProxmoxContainer } from "./desired.ts";

/** One that should be there: as it was named, where it is inside, and the slot that has it or would get it. */
export interface Placed {
  readonly name: string;
  readonly slot: string;
  readonly path: string;
  readonly mount: Mount;
}

type Config = Readonly<Record<string, string>>;

/** A path is found in the slot that has it; the others get free slots in the order in which they are named. */
export function placedIn(config: Config, { mounts = {} }: ProxmoxContainer): readonly Placed[] {
  const named = Object.entries(mounts);
  const taken = new Set([...Object.keys(config).filter((key) => /^mp\d+$/.test(key)), ...Object.keys(mounts)]);
  return named.map(([name, mount]) => {
    const path = mount.path ?? name;
    const slot = name.startsWith("/") ? (slotWith(path, config) ?? freeSlot(taken)) : name;
    taken.add(slot);
    return { name, slot, path, mount };
  });
}

function slotWith(path: string, config: Config): string | undefined {
  return Object.keys(config).find((key) => /^mp\d+$/.test(key) && plain(propertiesOf(config[key] ?? "", "volume")["mp"] ?? "") === plain(path));
}

function freeSlot(taken: ReadonlySet<string>): string {
  let index = 0;
  while (taken.has(`mp${index}`)) index += 1;
  return `mp${index}`;
}

function plain(path: string): string {
  return path.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");
}

/** As it is compared: `10G at /data`. */
export function mountText({ path, mount: { size, backup = false } }: Pick<Placed, "path" | "mount">): string {
  return textOf({ path, size, backup });
}

/** The same of what is found. */
export function mountFound(value: string): string {
  const { mp = "", backup = "0" } = propertiesOf(value, "volume");
  return textOf({ path: mp, size: sizeOf(value) ?? 0, backup: backup === "1" });
}

function textOf({ path, size, backup }: { readonly path: string; readonly size: number; readonly backup: boolean }): string {
  return `${size}G at ${plain(path)}${backup ? ", in backups" : ""}`;
}

/** What nobody says of one, or of the root file system: its volume, and options that are written along. Another volume is another file system. */
export function mountRest(value: string): string {
  const { size: _, mp: __, backup: ___, ...rest } = propertiesOf(value, "volume");
  return spelled(rest);
}

/** What allocates it. */
export function mountOf({ path, mount: { size, storage, backup = false } }: Placed, own: string): string {
  return `${storage ?? own}:${size},mp=${path}${backup ? ",backup=1" : ""}`;
}

/** The same volume at another place: without its name, an empty one would take its place. */
export function mountRewritten(found: string, { path, mount: { backup = false } }: Placed): string {
  const { volume = "", size: _, mp: __, backup: ___, ...rest } = propertiesOf(found, "volume");
  return [volume, ...Object.entries({ ...rest, mp: path, ...(backup ? { backup: "1" } : {}) }).map(([name, value]) => `${name}=${value}`)].join(",");
}
