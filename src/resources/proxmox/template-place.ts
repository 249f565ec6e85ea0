// Where a template is, and whether a clone of it gets to another node.
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen, ProxmoxCluster, RoomSeen } from "../../model/ports/proxmox.ts";
import { isBeingMade, wholeGuest } from "./being-made.ts";
import { propertiesOf } from "./properties.ts";

type Config = Extract<GuestSeen, { guest: "here" }>["config"];

export interface TemplatePlace {
  readonly node: string;
  /** Those of its drives. */
  readonly storages: readonly string[];
  /** As the server has it; left out while it is still to be made. */
  readonly config?: Config;
}

/** Where the template is, else where it will be made; undefined where it is nowhere and nobody says that it will be. */
export async function placeOfTemplate(
  on: Pick<Readers, "proxmox">,
  cluster: ProxmoxCluster,
  { id, planned }: { readonly id: number; readonly planned?: TemplatePlace },
): Promise<TemplatePlace | undefined> {
  const seen = await wholeGuest(on, cluster, id);
  return seen.guest === "here" && !isBeingMade(seen) ? { node: seen.node, storages: storagesOf(seen.config), config: seen.config } : planned;
}

/**
 * Why no clone of the template gets to another node; undefined where it does.
 * Proxmox clones to another node only from storages that are shared ("VM uses local storage") into one that is ("can't clone to non-shared storage").
 */
export function unclonable(
  { id, node, storages }: TemplatePlace & { readonly id: number },
  to: { readonly node: string; readonly storages: readonly string[] },
  room: Pick<RoomSeen, "storages">,
): string | undefined {
  const isOwn = (at: string, name: string): boolean => !room.storages.some((one) => one.node === at && one.storage === name && one.shared);
  if (storages.some((name) => isOwn(node, name))) return `template ${id} is on ${node}'s own storage`;
  const own = to.storages.find((name) => isOwn(to.node, name));
  return own === undefined ? undefined : `template ${id} is on ${node}, and ${own} is ${to.node}'s own storage`;
}

function storagesOf(config: Config): readonly string[] {
  const drives = Object.keys(config).filter((key) => /^(scsi|virtio|sata|ide|efidisk|tpmstate)\d+$/.test(key));
  const volumes = drives.map((key) => propertiesOf(config[key] ?? "", "file")["file"] ?? "");
  return [...new Set(volumes.flatMap((volume) => /^([A-Za-z][A-Za-z0-9._-]*):/.exec(volume)?.[1] ?? []))];
}
