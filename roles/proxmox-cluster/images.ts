// The inventory's images on the cluster: downloaded, and made templates where they have a number.
import { type Host, type InventoryView, proxmoxClusterOf, proxmoxStorageContent, proxmoxTemplate, type Resource } from "hlx";
import type { Params } from "./params.ts";

export interface Around {
  readonly host: Host;
  readonly inventory: InventoryView;
}

type Image = Readonly<Record<string, unknown>>;

/** Files first, then templates: a template is made from a file. Throws an Error that says what is missing. */
export function imagesOf(params: Params, around: Around): readonly Resource[] {
  const chosen = chosenOf(params, around.inventory);
  return [
    ...chosen.flatMap(([name, image]) => filesOf(name, image, { params, ...around })),
    ...chosen.flatMap(([name, image]) => templateOf(name, image, { params, ...around })),
  ];
}

function chosenOf({ images: named }: Params, { images = new Map() }: InventoryView): readonly (readonly [string, Image])[] {
  const unknown = named?.find((name) => !images.has(name));
  if (unknown !== undefined) throw new Error(`images: the inventory has no image "${unknown}"`);
  return [...images].filter(([name, image]) => (named === undefined ? image["url"] !== undefined : named.includes(name)));
}

interface Making extends Around {
  readonly params: Params;
}

function filesOf(name: string, image: Image, { params, host, inventory }: Making): readonly Resource[] {
  const { url } = image;
  if (typeof url !== "string") throw new Error(`image "${name}" has no url to download it from`);
  const sum = checksumOf(name, image);
  const { storage, filename } = placeOf(url, image, { params, sum });
  const own = image["node"] === undefined ? [host.name] : [String(image["node"])];
  const nodes = params.imagesOn === undefined ? own : [...new Set([...own, ...inventory.select(params.imagesOn).map((node) => node.name)])];
  return nodes.map((node) => proxmoxStorageContent({ cluster: proxmoxClusterOf(node, inventory), node, storage, content: "import", filename, url, ...sum }));
}

type Checksum = { readonly sha256: string } | { readonly sha512: string };

function checksumOf(name: string, { sha256, sha512 }: Image): Checksum {
  if (typeof sha512 === "string") return { sha512: sha512.toLowerCase() };
  if (typeof sha256 === "string") return { sha256: sha256.toLowerCase() };
  throw new Error(`image "${name}" has a url and no sha256 or sha512: what is downloaded must be known`);
}

// Nobody can tell what is in a file that is there, so its name changes with its content.
function placeOf(url: string, { volume }: Image, { params, sum }: { readonly params: Params; readonly sum: Checksum }) {
  const [, named, file] = /^([^:]+):import\/(.+)$/.exec(typeof volume === "string" ? volume : "") ?? [];
  if (named !== undefined && file !== undefined) return { storage: named, filename: file };
  const base = decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9_.+-]/g, "-");
  const [, stem = base, end = ""] = /^(.*?)(\.[A-Za-z0-9]+)$/.exec(base) ?? [];
  const digits = Object.values(sum)[0]?.slice(0, 8) ?? "";
  // Cloud images called .img are qcow2; Proxmox imports by the end of the name.
  return { storage: params.files ?? "local", filename: `${stem}-${digits}${end === ".img" ? ".qcow2" : end}` };
}

function templateOf(name: string, image: Image, { params, host, inventory }: Making): readonly Resource[] {
  const id = image["template"];
  if (typeof id !== "number") return [];
  const node = image["node"] === undefined ? host.name : String(image["node"]);
  const storage = image["storage"] ?? params.disks;
  if (typeof storage !== "string") throw new Error(`image "${name}" names no storage for its template's disk: write storage: for it, or disks: for the role`);
  const { storage: files, filename } = placeOf(String(image["url"]), image, { params, sum: checksumOf(name, image) });
  return [
    proxmoxTemplate({ cluster: proxmoxClusterOf(node, inventory), id, name: name.replaceAll("_", "-"), node, image: `${files}:import/${filename}`, storage }),
  ];
}
