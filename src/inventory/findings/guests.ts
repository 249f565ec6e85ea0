// Guests that could not be made: what their node's API must be told stands nowhere.
import { isRecord } from "../../lib/json.ts";
import type { Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { isProxmoxNode } from "../../model/proxmox-cluster.ts";
import type { Known } from "./findings.ts";

/** Words that a guest needs, each with an example; defaults and groups may say them. */
const needed = { id: "500", storage: "local-lvm", disk: "10G" } as const;

/** A guest of a node whose API is asked has its number, a storage and a size. */
export function guestFindings({ inventory: { hosts } }: Pick<Known, "inventory">): readonly Finding[] {
  return [...hosts.values()].flatMap((host) => {
    const vm = host.vars["vm"];
    const node = isRecord(vm) ? hosts.get(String(vm["node"])) : undefined;
    return isRecord(vm) && node !== undefined && isProxmoxNode(node) ? lacking(host, vm, node) : [];
  });
}

function lacking(host: Host, vm: Readonly<Record<string, unknown>>, node: Host): readonly Finding[] {
  const words = Object.entries(needed).filter(([word]) => vm[word] === undefined);
  if (words.length === 0) return [];
  const at = host.sources["vm.node"]?.at ?? host.at;
  const message = `host "${host.name}" is made through the API of ${node.name}, and its vm has no ${words.map(([word]) => word).join(" and no ")}`;
  const hint = `write vm: { ${words.map(([word, value]) => `${word}: ${value}`).join(", ")} } for it, for a group of it, or under defaults`;
  return [{ level: "error", message, hint, ...(at === undefined ? {} : { at }) }];
}
