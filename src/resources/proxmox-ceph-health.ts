// Is Ceph well? Looks only: where it is not, what comes after it in a role waits.
import { type Found, type Kind, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Problem } from "../model/problem.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import { given, resourceOf } from "./make.ts";
import { notInstalled } from "./proxmox/ceph.ts";
import { clusterSchema as cluster, word } from "./proxmox/cluster.ts";

const levels = ["HEALTH_OK", "HEALTH_WARN", "HEALTH_ERR"] as const;

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["cluster", "node", "atWorst"],
  properties: {
    cluster,
    node: { ...word, description: "A node with Ceph" },
    atWorst: { enum: ["HEALTH_OK", "HEALTH_WARN"], description: "How unwell it may be" },
  },
} as const satisfies JsonSchema;

export interface ProxmoxCephHealth {
  readonly cluster: ProxmoxCluster;
  readonly node: string;
  readonly atWorst: "HEALTH_OK" | "HEALTH_WARN";
}

/** Nothing of it is compared: well is well. */
type Well = Readonly<Record<string, never>>;

export const proxmoxCephHealthKind: Kind<ProxmoxCephHealth, Well, "proxmox"> = {
  kind: "proxmox.cephHealth",
  summary: "Ceph is well, or not worse than a warning: looked at, never changed; an error of the plan where it is not.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: () => "ceph",
  probe,
  diff: () => [],
  steps: () => [],
};

/** Ceph's health. Default: a warning is borne. */
export function proxmoxCephHealth({
  provides,
  exclusive,
  ...desired
}: Omit<ProxmoxCephHealth, "atWorst"> & Partial<ProxmoxCephHealth> & ResourceOptions): Resource<ProxmoxCephHealth> {
  return resourceOf(proxmoxCephHealthKind, { atWorst: "HEALTH_WARN", ...desired }, { ...given({ provides, exclusive }) });
}

async function probe({ cluster: to, node, atWorst }: ProxmoxCephHealth, on: Pick<Readers, "proxmox">): Promise<Found<Well>> {
  const seen = await on.proxmox.ceph(to, node);
  if (seen === null) return { found: "unknown", because: notInstalled(node) };
  if (rank(seen.health) <= rank(atWorst)) return present({}, { health: seen.health, because: seen.because });
  const because: Problem = {
    code: "failed",
    message: `Ceph is ${seen.health}${seen.because.length === 0 ? "" : `: ${seen.because.join("; ")}`}`,
    hint: "on the node: ceph health detail; mend it first, then plan again",
  };
  return { found: "unknown", because };
}

// What nobody has heard of is not well.
function rank(health: string): number {
  const at = levels.indexOf(health as (typeof levels)[number]);
  return at < 0 ? levels.length : at;
}
