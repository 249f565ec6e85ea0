// What every kind of a Proxmox cluster says of the cluster itself, and the call to it.
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { Api } from "../../model/step.ts";

export const text = { type: "string", minLength: 1, pattern: "^[^\\u0000-\\u001f]+$" } as const;
export const word = { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$", title: "letters, digits, dots and dashes" } as const;
export const positive = { type: "integer", minimum: 1 } as const;
const secret = { type: "object", additionalProperties: false, required: ["secret"], properties: { secret: { type: "string", minLength: 1 } } } as const;

export const clusterSchema = {
  type: "object",
  additionalProperties: false,
  required: ["server", "token"],
  description: "How the cluster is reached: one of its nodes, an API token, and what the node is recognised by",
  properties: { server: text, token: secret, fingerprint: text, ca: { type: "string" } },
} as const;

/** One request to the cluster. */
export function call(cluster: ProxmoxCluster, { title, method, path, body }: Pick<Api, "title" | "method" | "path" | "body">): Api {
  return { do: "api", via: "proxmox", to: cluster, title, method, path, body };
}

/** The path of a guest on its node. */
export function guestPath(node: string, type: "qemu" | "lxc", id: number): string {
  return `/nodes/${encodeURIComponent(node)}/${type}/${id}`;
}
