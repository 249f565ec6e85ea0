// What the role proxmox-cluster makes ready of an image: the file that it has downloaded, and the template that it makes of it.
import { type InventoryView, proxmoxImageFile, proxmoxNodesOf } from "hlx";

type Written = Readonly<Record<string, unknown>>;

/** An image that the playbook makes ready. */
export interface ReadyImage {
  /** Where its file is in any case, and its template. */
  readonly node: string;
  /** Under the same name on every node that has it: `local:import/debian-12-01234567.qcow2`. */
  readonly volume: string;
  /** The storage of its template's disk. */
  readonly disk?: string;
}

/** What the role proxmox-cluster makes of an image on the cluster of this node; undefined where no play gives it to any of its nodes, or it leaves this image out. */
export function readyImage(name: string, node: string, { hosts, images, given }: InventoryView): ReadyImage | undefined {
  const image = images?.get(name);
  if (typeof image?.["url"] !== "string") return undefined;
  const nodes = new Set(proxmoxNodesOf(node, { hosts }).map((host) => host.name));
  const call = given?.("proxmox-cluster").find(({ host, params }) => nodes.has(host) && takes(params, name));
  const params = recordOf(call?.params);
  if (call === undefined || params === undefined) return undefined;
  const { files, disks } = params;
  const { storage, filename } = proxmoxImageFile(name, image, typeof files === "string" ? files : undefined);
  const disk = image["storage"] ?? disks;
  return { node: String(image["node"] ?? call.host), volume: `${storage}:import/${filename}`, ...(typeof disk === "string" ? { disk } : {}) };
}

function takes(params: unknown, name: string): boolean {
  const images = recordOf(params)?.["images"];
  return !Array.isArray(images) || images.includes(name);
}

/** A map as it was written; undefined for anything else. */
export function recordOf(value: unknown): Written | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Written) : undefined;
}
