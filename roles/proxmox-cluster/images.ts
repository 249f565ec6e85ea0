// The inventory's images on the cluster: downloaded, and made templates where they have a number.
import { type Host, type InventoryView, proxmoxClusterOf, proxmoxImageFile, proxmoxNodesOf, proxmoxStorageContent, proxmoxTemplate, type Resource } from "hlx";
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
  const file = proxmoxImageFile(name, image, params.files);
  const own = nodeOf(image, host);
  const asked = params.imagesOn === undefined ? [] : inventory.select(params.imagesOn).map((node) => [node.name, { node: own }] as const);
  const nodes = new Map<string, Unless | undefined>([...guestsElsewhere(name, image, { params, host, inventory }), ...asked, [own, undefined]]);
  return [own, ...nodes.keys().filter((node) => node !== own)].map((node) =>
    proxmoxStorageContent({ cluster: proxmoxClusterOf(node, inventory), node, content: "import", ...file, ...unlessOf(nodes.get(node)) }),
  );
}

type Unless = NonNullable<Parameters<typeof proxmoxStorageContent>[0]["unless"]>;

function unlessOf(unless: Unless | undefined): { readonly unless?: Unless } {
  return unless === undefined ? {} : { unless };
}

// A template on a node's own storage is cloned on that node only: guests of other nodes are made from the file. By node.
function guestsElsewhere(name: string, image: Image, { params, host, inventory }: Making): readonly (readonly [string, Unless])[] {
  const own = nodeOf(image, host);
  const others = new Set(proxmoxNodesOf(host.name, inventory).flatMap((node) => (node.name === own ? [] : [node.name])));
  const guests = [...inventory.hosts.values()].flatMap(({ vars: { vm } }) => (isMap(vm) && vm["image"] === name && others.has(String(vm["node"])) ? [vm] : []));
  const { template } = image;
  const disk = image["storage"] ?? params.disks;
  const made = typeof template === "number" ? { template, ...(typeof disk === "string" ? { disk } : {}) } : {};
  return [...Map.groupBy(guests, (vm) => String(vm["node"]))].map(([node, all]) => {
    const into = all.filter((vm) => vm["linked"] !== true).map((vm) => String(vm["storage"]));
    const clones = "template" in made ? { ...made, into: [...new Set(into)] } : {};
    return [node, { node: own, ...clones, guests: all.map((vm) => Number(vm["id"])) }];
  });
}

function nodeOf(image: Image, host: Host): string {
  return image["node"] === undefined ? host.name : String(image["node"]);
}

function isMap(value: unknown): value is Image {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function templateOf(name: string, image: Image, { params, host, inventory }: Making): readonly Resource[] {
  const id = image["template"];
  if (typeof id !== "number") return [];
  const node = nodeOf(image, host);
  const storage = image["storage"] ?? params.disks;
  if (typeof storage !== "string") throw new Error(`image "${name}" names no storage for its template's disk: write storage: for it, or disks: for the role`);
  const { storage: files, filename } = proxmoxImageFile(name, image, params.files);
  return [
    proxmoxTemplate({ cluster: proxmoxClusterOf(node, inventory), id, name: name.replaceAll("_", "-"), node, image: `${files}:import/${filename}`, storage }),
  ];
}
