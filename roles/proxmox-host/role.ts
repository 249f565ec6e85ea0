// A bare node of Proxmox VE becomes one that guests can be put on: repositories, bridges and bonds, PCI devices for guests.
import { type Claim, defineRole } from "hlx";
import { networkOf } from "./network.ts";
import { networkClaims } from "./network-claims.ts";
import { lookAt, nodeOf } from "./node.ts";
import { type Params, params } from "./params.ts";
import { groupRemarks, passthroughClaims, passthroughOf } from "./passthrough.ts";
import { repositoriesOf } from "./repositories.ts";

export default defineRole({
  name: "proxmox-host",
  summary:
    "A node of Proxmox VE 8 or 9 itself, over SSH: package repositories, bridges and bonds that come back by themselves when they cut off the way in, IOMMU and vfio for PCI devices of guests.",
  params,
  metal: true,
  claims: ({ params, host, inventory }) => [...networkClaims(params, { host, inventory }), ...passthroughClaims(params, host), ...cephAlone(params)],
  looks: ({ host }) => ({ node: lookAt(host.name) }),
  notes: ({ params: { passthrough }, host, seen = {} }) =>
    passthrough === undefined || seen["node"]?.look !== "answered" ? [] : groupRemarks(passthrough, { host, node: nodeOf(host.name, seen["node"]) }),
  declare({ params, host, inventory, facts, seen = {} }) {
    const node = nodeOf(host.name, seen["node"]);
    return [...repositoriesOf(params, { node, facts }), ...networkOf(params, { host, inventory }), ...passthroughOf(params, { node, host })];
  },
});

function cephAlone({ ceph, repositories }: Params): readonly Claim[] {
  if (ceph === undefined || (repositories !== undefined && repositories !== "none")) return [];
  const message = "ceph: comes from the same sort of repository as Proxmox itself, and none is said";
  return [{ claim: "finding", level: "error", path: ["ceph"], message, hint: "write repositories: no-subscription, or enterprise" }];
}
