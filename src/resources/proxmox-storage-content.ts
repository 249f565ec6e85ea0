// A file in a storage of Proxmox: an image, an ISO, a container template, downloaded by the node or sent there.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { ProxmoxCluster, StorageSeen } from "../model/ports/proxmox.ts";
import type { Problem } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { call, clusterSchema as cluster, positive, word } from "./proxmox/cluster.ts";
import { placeOfTemplate, unclonable } from "./proxmox/template-place.ts";

const properties = {
  cluster,
  node: { ...word, description: "Which downloads it, and sees it where the storage is not shared" },
  storage: word,
  content: { enum: ["import", "iso", "vztmpl"], description: "import: disks that guests are made from; iso; vztmpl: templates of containers" },
  filename: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.+-]*$", maxLength: 255, title: "a file name without folders" },
  url: { type: "string", pattern: "^https?://[^\\s\\u0000-\\u0020]+$", title: "a URL", description: "Where the node downloads it from" },
  file: { type: "string", pattern: "^/[^\\u0000]*$", title: "an absolute path", description: "A file of this machine that is sent there instead" },
  sha256: { type: "string", pattern: "^[0-9a-f]{64}$", title: "64 small hexadecimal digits" },
  sha512: { type: "string", pattern: "^[0-9a-f]{128}$", title: "128 small hexadecimal digits" },
  unless: {
    type: "object",
    additionalProperties: false,
    required: ["node"],
    description:
      "Not needed where the same file of this node is seen here too (a shared storage), where a clone of this template gets here, or where all of these guests are made",
    properties: {
      node: word,
      template: positive,
      disk: { ...word, description: "The storage that the template's disk will be in, if it is not there yet" },
      into: { type: "array", items: word, description: "Storages that clones are made in" },
      guests: { type: "array", items: positive, description: "By their numbers" },
    },
  },
  absent: { const: true },
} as const;
const named = ["cluster", "node", "storage", "content", "filename"] as const;
const one = { type: "object", additionalProperties: false, properties } as const;

const schema = {
  anyOf: [
    { ...one, required: [...named, "absent"] },
    { ...one, required: [...named, "url", "sha256"] },
    { ...one, required: [...named, "url", "sha512"] },
    { ...one, required: [...named, "file"] },
  ],
} as const satisfies JsonSchema;

/** A file; see the schema. Where it is there already, nobody can tell what is in it: give it a name that changes with its content. */
export interface ProxmoxStorageContent {
  readonly cluster: ProxmoxCluster;
  readonly node: string;
  readonly storage: string;
  readonly content: "import" | "iso" | "vztmpl";
  readonly filename: string;
  readonly url?: string;
  readonly file?: string;
  readonly sha256?: string;
  readonly sha512?: string;
  readonly unless?: Unless;
  readonly absent?: true;
}

interface Unless {
  readonly node: string;
  readonly template?: number;
  readonly disk?: string;
  readonly into?: readonly string[];
  readonly guests?: readonly number[];
}

/** The file, or that it need not be there. */
type ContentActual = { readonly volume: string } | { readonly unneeded: true };

export const proxmoxStorageContentKind: Kind<ProxmoxStorageContent, ContentActual, "proxmox"> = {
  kind: "proxmox.storageContent",
  summary: "A file in a storage of a Proxmox node: downloaded by URL with its checksum, or sent there.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: (desired) => `${desired.node}/${volumeOf(desired)}`,
  probe,
  diff,
  steps,
  absent: ({ cluster, node, storage, content, filename }) => ({ cluster, node, storage, content, filename, absent: true }),
  restore,
};

/** A file in a storage. */
export function proxmoxStorageContent({ provides, exclusive, ...desired }: ProxmoxStorageContent & ResourceOptions): Resource<ProxmoxStorageContent> {
  return resourceOf(proxmoxStorageContentKind, given(desired) as ProxmoxStorageContent, { ...given({ provides, exclusive }) });
}

/** How other settings name it: `local:import/debian-12.qcow2`. */
export function volumeOf({ storage, content, filename }: Pick<ProxmoxStorageContent, "storage" | "content" | "filename">): string {
  return `${storage}:${content}/${filename}`;
}

async function probe(desired: ProxmoxStorageContent, on: Pick<Readers, "proxmox">): Promise<Found<ContentActual>> {
  const { node, storage, filename } = desired;
  const seen = await on.proxmox.storage(desired.cluster, { node, storage, filename });
  const volume = volumeOf(desired);
  const found = seen?.volumes.find(({ id }) => id === volume);
  if (found !== undefined) return present({ volume }, { bytes: found.bytes });
  if (desired.absent === true) return absent;
  if (await isUnneeded(desired, seen, on)) return present({ unneeded: true });
  const problem = unusable(desired, seen);
  return problem === undefined ? absent : { found: "unknown", because: problem };
}

async function isUnneeded({ cluster: to, node, unless }: ProxmoxStorageContent, seen: StorageSeen | null, on: Pick<Readers, "proxmox">): Promise<boolean> {
  if (unless === undefined) return false;
  const { node: other, template: id, disk, into = [], guests } = unless;
  if (seen?.shared === true) return true;
  const made = new Set((await on.proxmox.room(to)).guests.map((guest) => guest.id));
  if (guests?.every((guest) => made.has(guest)) === true) return true;
  if (id === undefined) return false;
  const place = await placeOfTemplate(on, to, { id, planned: { node: other, storages: disk === undefined ? [] : [disk] } });
  if (place === undefined || place.node === node) return place !== undefined;
  return unclonable({ id, ...place }, { node, storages: into }, await on.proxmox.room(to)) === undefined;
}

// Proxmox would say so too, but only when the plan is half done.
function unusable({ node, storage, content }: ProxmoxStorageContent, seen: StorageSeen | null): Problem | undefined {
  if (seen === null) return { code: "failed", message: `${node} has no storage "${storage}"`, hint: `on the node: pvesm status` };
  if (seen.content.includes(content)) return undefined;
  return {
    code: "failed",
    message: `the storage "${storage}" of ${node} takes no ${content}: it is for ${seen.content.join(", ")}`,
    hint: `on the node: pvesm set ${storage} --content ${[...seen.content, content].join(",")}`,
  };
}

function diff(desired: ProxmoxStorageContent, found: Known<ContentActual>): readonly Change[] {
  const volume = volumeOf(desired);
  if (desired.absent === true)
    return found.found === "absent" ? [] : [change("volume", { before: volume, after: null, risk: "data-loss", note: "the file is deleted" })];
  if (found.found === "present") return [];
  return [change("volume", { before: null, after: volume, note: desired.url === undefined ? `sent from ${desired.file}` : `downloaded from ${desired.url}` })];
}

/** Images are large, and mirrors slow. */
const transferMs = 7_200_000;

function steps(desired: ProxmoxStorageContent, _: Known<ContentActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  const { cluster, node, storage, content, filename, url, file } = desired;
  const at = `/nodes/${encodeURIComponent(node)}/storage/${encodeURIComponent(storage)}`;
  if (desired.absent === true)
    return [call(cluster, { title: `delete ${filename}`, method: "DELETE", path: `${at}/content/${encodeURIComponent(volumeOf(desired))}` })];
  const sum = checksumOf(desired);
  if (url === undefined)
    return [
      {
        ...call(cluster, { title: `send ${filename}`, method: "POST", path: `${at}/upload`, body: { content, filename, file, ...sum } }),
        deadlineMs: transferMs,
      },
    ];
  return [
    {
      ...call(cluster, { title: `download ${filename}`, method: "POST", path: `${at}/download-url`, body: { content, filename, url, ...sum } }),
      deadlineMs: transferMs,
    },
  ];
}

function checksumOf({ sha256, sha512 }: ProxmoxStorageContent): Readonly<Record<string, string>> {
  if (sha512 !== undefined) return { checksum: sha512, "checksum-algorithm": "sha512" };
  return sha256 === undefined ? {} : { checksum: sha256, "checksum-algorithm": "sha256" };
}

function restore({ cluster, node, storage, content, filename }: ProxmoxStorageContent, before: Found<ContentActual>): ProxmoxStorageContent | Irreversible {
  if (before.found === "absent") return { cluster, node, storage, content, filename, absent: true };
  return { irreversible: `the file ${filename} in ${storage} of ${node} is not kept anywhere else` };
}
