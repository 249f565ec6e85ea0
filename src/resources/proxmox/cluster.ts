// What every kind of a Proxmox cluster says of the cluster itself, and the call to it.
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";

export const text = { type: "string", minLength: 1, pattern: "^[^\\u0000-\\u001f]+$" } as const;
export const word = { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$", title: "letters, digits, dots and dashes" } as const;
export const positive = { type: "integer", minimum: 1 } as const;
export const secret = { type: "object", additionalProperties: false, required: ["secret"], properties: { secret: { type: "string", minLength: 1 } } } as const;

const node = { server: { ...text, description: "ADDRESS:PORT of a node's API" }, fingerprint: { ...text, description: "SHA-256 of its certificate" } } as const;
const properties = {
  ...node,
  ca: { type: "string", description: "The cluster's CA in PEM, instead of fingerprints" },
  also: {
    type: "array",
    items: { type: "object", additionalProperties: false, required: ["server"], properties: node },
    description: "Asked where the first does not answer",
  },
  token: { ...secret, description: "An API token" },
  user: { ...text, description: "Who asks with a password instead of a token: NAME@REALM" },
  password: secret,
} as const;

export const clusterSchema = {
  type: "object",
  additionalProperties: false,
  description: "How the cluster is reached: its nodes, what they are recognised by, and who asks",
  required: ["server"],
  properties,
  anyOf: [{ required: ["token"] }, { required: ["user", "password"] }],
} as const;

/** One request to the cluster. */
export function call(cluster: ProxmoxCluster, { title, method, path, body }: Pick<Api, "title" | "method" | "path" | "body">): Api {
  return { do: "api", via: "proxmox", to: cluster, title, method, path, body };
}

/** The path of a guest on its node. */
export function guestPath(node: string, type: "qemu" | "lxc", id: number): string {
  return `/nodes/${encodeURIComponent(node)}/${type}/${id}`;
}

/** Puts a guest into a pool, out of the one that it is in. */
export function intoPool(cluster: ProxmoxCluster, { id, pool }: { readonly id: number; readonly pool?: string }): Api {
  return call(cluster, { title: `put it into the pool ${pool}`, method: "PUT", path: "/pools", body: { poolid: pool, vms: id, "allow-move": true } });
}
