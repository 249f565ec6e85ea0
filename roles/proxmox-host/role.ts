// A bare node of Proxmox VE becomes one that guests can be put on: repositories, bridges and bonds.
import { defineRole } from "hlx";
import { networkOf } from "./network.ts";
import { networkClaims } from "./network-claims.ts";
import { lookAt, nodeOf } from "./node.ts";
import { params } from "./params.ts";

export default defineRole({
  name: "proxmox-host",
  summary: "A node of Proxmox VE 8 or 9 itself, over SSH: package repositories, bridges and bonds that come back by themselves when they cut off the way in.",
  params,
  claims: ({ params, host, inventory }) => networkClaims(params, { host, inventory }),
  looks: ({ host }) => ({ node: lookAt(host.name) }),
  declare({ params, host, inventory, seen = {} }) {
    nodeOf(host.name, seen["node"]);
    return networkOf(params, { host, inventory });
  },
});
