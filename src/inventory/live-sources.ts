// The inventory's `sources:`: clusters whose guests are hosts, asked at each run.
import { isRecord } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Path } from "../model/documents/document.ts";
import type { Host } from "../model/host.ts";
import type { LiveSource } from "../model/live.ts";
import { isProxmoxNode, proxmoxNodesOf } from "../model/proxmox-cluster.ts";
import { isDamaged, type Reading, report } from "./reading.ts";
import { hostName, text } from "./words.ts";

/** Its schema. */
export const liveSources = {
  type: "array",
  minItems: 1,
  description: "Asked at each run: their guests are hosts, too",
  items: {
    title: "a source: { proxmox: NODE }",
    type: "object",
    additionalProperties: false,
    required: ["proxmox"],
    properties: {
      proxmox: { ...hostName, description: "The host with proxmox: { token: … } through which the cluster is asked" },
      only: { ...text, description: "A pattern over its guests and their groups (node_…, pool_…, tag_…, status_…): which are hosts. Default status_running" },
    },
  },
} as const;

/** The names of the groups that sources make: who is in them is known at a run only. */
export function isLiveGroup(name: string): boolean {
  return /^(node|pool|tag|status)_/.test(name);
}

/** The sources in the file's order. What is wrong with them is reported and left out. */
export function liveSourcesIn(reading: Reading, hosts: ReadonlyMap<string, Host>): readonly LiveSource[] {
  const written = writtenIn(reading);
  return written.flatMap(({ proxmox, only, path }, index) => {
    const before = written.slice(0, index).map((one) => one.proxmox);
    const wrong = wrongNode(proxmox, hosts) ?? askedBefore(proxmox, before, hosts);
    if (wrong === undefined) return [{ proxmox, only, at: reading.document.at(path) }];
    if (!isDamaged(reading, "hosts", proxmox)) report(reading, path, wrong);
    return [];
  });
}

interface Written extends Pick<LiveSource, "proxmox" | "only"> {
  readonly path: Path;
}

// What its schema refused is told already.
function writtenIn(reading: Reading): readonly Written[] {
  const written: readonly unknown[] = Array.isArray(reading.raw.sources) ? reading.raw.sources : [];
  return written.flatMap((source, index) => {
    if (!isRecord(source) || isDamaged(reading, "sources", String(index))) return [];
    return [{ proxmox: String(source["proxmox"]), only: String(source["only"] ?? "status_running"), path: ["sources", index, "proxmox"] }];
  });
}

interface Wrong {
  readonly message: string;
  readonly hint: string;
}

function askedBefore(node: string, before: readonly string[], hosts: ReadonlyMap<string, Host>): Wrong | undefined {
  const first = proxmoxNodesOf(node, { hosts }).find(({ name }) => before.includes(name));
  return (
    first && { message: `the cluster of "${node}" is asked through "${first.name}" already`, hint: "any node answers for its whole cluster: name one of them" }
  );
}

function wrongNode(name: string, hosts: ReadonlyMap<string, Host>): Wrong | undefined {
  const host = hosts.get(name);
  const nodes = [...hosts.values()].filter(isProxmoxNode).map((node) => node.name);
  const known = didYouMean(name, nodes) ?? `hosts with proxmox: { token }: ${nodes.join(", ") || "none"}`;
  if (host === undefined) return { message: `the source "${name}" is no host of this inventory`, hint: known };
  if (isProxmoxNode(host)) return undefined;
  return {
    message: `nothing says how to ask the Proxmox API of host "${name}"`,
    hint: "write proxmox: { token: !secret NAME, fingerprint: … } for it or its group",
  };
}
