// An image of the inventory on a Proxmox cluster: the file that the playbook's role has downloaded, and the template that it makes of it.
import { isRecord } from "../lib/json.ts";
import type { Host } from "./host.ts";
import { proxmoxNodesOf } from "./proxmox-cluster.ts";
import type { Given } from "./role.ts";

/** As written under `images`. */
export type WrittenImage = Readonly<Record<string, unknown>>;

export type Checksum = { readonly sha256: string } | { readonly sha512: string };

/** A file of content type import. */
export type ImageFile = { readonly storage: string; readonly filename: string; readonly url: string } & Checksum;

/** An image that the playbook makes ready. */
export interface ReadyImage {
  /** Where its file is in any case, and its template. */
  readonly node: string;
  /** Under the same name on every node that has it: `local:import/debian-12-01234567.qcow2`. */
  readonly volume: string;
  /** The storage of its template's disk. */
  readonly disk?: string;
}

interface View {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly images?: ReadonlyMap<string, WrittenImage>;
  given?(role: string): readonly Given[];
}

/** The file of an image with a url, in the role's storage for files unless the image names its volume. Throws an Error that says what is missing. */
export function proxmoxImageFile(name: string, image: WrittenImage, files = "local"): ImageFile {
  const { url, volume } = image;
  if (typeof url !== "string") throw new Error(`image "${name}" has no url to download it from`);
  const sum = checksumOf(name, image);
  const [, storage, filename] = /^([^:]+):import\/(.+)$/.exec(typeof volume === "string" ? volume : "") ?? [];
  if (storage !== undefined && filename !== undefined) return { storage, filename, url, ...sum };
  return { storage: files, filename: filenameOf(url, sum), url, ...sum };
}

/** What the role proxmox-cluster makes of an image on the cluster of this node; undefined where no play gives it to any of its nodes, or it leaves this image out. */
export function readyProxmoxImage(name: string, node: string, { hosts, images, given }: View): ReadyImage | undefined {
  const image = images?.get(name);
  if (typeof image?.["url"] !== "string") return undefined;
  const nodes = new Set(proxmoxNodesOf(node, { hosts }).map((host) => host.name));
  const call = given?.("proxmox-cluster").find(({ host, params }) => nodes.has(host) && takes(params, name));
  if (call === undefined || !isRecord(call.params)) return undefined;
  const { files, disks } = call.params;
  const { storage, filename } = proxmoxImageFile(name, image, typeof files === "string" ? files : undefined);
  const disk = image["storage"] ?? disks;
  return { node: String(image["node"] ?? call.host), volume: `${storage}:import/${filename}`, ...(typeof disk === "string" ? { disk } : {}) };
}

function takes(params: unknown, name: string): boolean {
  const images = isRecord(params) ? params["images"] : undefined;
  return !Array.isArray(images) || images.includes(name);
}

function checksumOf(name: string, { sha256, sha512 }: WrittenImage): Checksum {
  if (typeof sha512 === "string") return { sha512: sha512.toLowerCase() };
  if (typeof sha256 === "string") return { sha256: sha256.toLowerCase() };
  throw new Error(`image "${name}" has a url and no sha256 or sha512: what is downloaded must be known`);
}

// Nobody can tell what is in a file that is there, so its name changes with its content.
function filenameOf(url: string, sum: Checksum): string {
  const base = decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9_.+-]/g, "-");
  const [, stem = base, end = ""] = /^(.*?)(\.[A-Za-z0-9]+)$/.exec(base) ?? [];
  const digits = Object.values(sum)[0]?.slice(0, 8) ?? "";
  // Cloud images called .img are qcow2; Proxmox imports by the end of the name.
  return `${stem}-${digits}${end === ".img" ? ".qcow2" : end}`;
}
