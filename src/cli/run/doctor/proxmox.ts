// The way to a Proxmox node's API: connection, certificate, login, privileges, and the nodes that stand in for it.
import { examineProxmox, type ProxmoxFinding } from "../../../connections/proxmox/examine.ts";
import type { Host } from "../../../model/host.ts";
import type { EndpointRun } from "../../../model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../../model/ports/proxmox.ts";
import { problemOf } from "../../../model/problem.ts";
import { isProxmoxNode, proxmoxClusterOf } from "../../../model/proxmox-cluster.ts";
import type { Finding } from "../../views/doctor.ts";
import { failed } from "./way-in.ts";

export interface ExaminingApi {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly run: EndpointRun;
  now(): Date;
  monotonicMs(): number;
}

const dayMs = 86_400_000;
const soonMs = 30 * dayMs;

/** The findings about a node's API; none where the host is no Proxmox node. */
export async function examineApi(host: Host, { hosts, run, now, monotonicMs }: ExaminingApi): Promise<readonly Finding[]> {
  if (!isProxmoxNode(host)) return [];
  try {
    // Its own way in, and no other node's: that is what is examined.
    const { also: _, ...cluster } = proxmoxClusterOf(host.name, { hosts }) as ProxmoxCluster & { also?: unknown };
    const found = await examineProxmox(cluster as ProxmoxCluster, run, { monotonicMs });
    return found.flatMap((one) => findingsOf(one, now()));
  } catch (thrown) {
    return [failed("api", problemOf(thrown))];
  }
}

function findingsOf(found: ProxmoxFinding, now: Date): readonly Finding[] {
  switch (found.about) {
    case "problem":
      return [failed(found.at === "certificate" ? "api certificate" : "api", found.problem)];
    case "certificate":
      return [certificateFinding(found, now)];
    case "api":
      return [{ check: "api", level: "ok", found: `Proxmox VE ${found.version}, asked as ${found.login}` }];
    case "privileges":
      return [privilegesFinding(found)];
    default:
      return [nodesFinding(found)];
  }
}

function certificateFinding({ fingerprint, until }: Extract<ProxmoxFinding, { about: "certificate" }>, now: Date): Finding {
  const check = "api certificate";
  const left = until.getTime() - now.getTime();
  if (left > soonMs || Number.isNaN(left)) return { check, level: "ok", found: fingerprint };
  const when = until.toISOString().slice(0, 10);
  const found = left < 0 ? `it expired on ${when}; it is pinned, so hlx goes on with it, but browsers and the cluster's CA do not` : `it expires on ${when}`;
  const mend = "on the node: pvecm updatecerts --force && systemctl restart pveproxy; then write the new proxmox.fingerprint";
  return { check, level: "warning", found, mend };
}

function privilegesFinding({ missing, grant }: Extract<ProxmoxFinding, { about: "privileges" }>): Finding {
  const check = "api privileges";
  if (missing.length === 0) return { check, level: "ok", found: "all that hlx needs" };
  const words = missing.map(({ path, privileges, for: what }) => `${privileges.join(", ")} on ${path} (for ${what})`);
  const mend = `on the node: ${grant}`;
  // Whoever does not use it does well without it.
  if (missing.every(({ optional }) => optional === true)) return { check, level: "ok", found: `all that guests need; without ${words.join("; ")}`, mend };
  return { check, level: "error", found: `missing: ${words.join("; ")}`, mend };
}

function nodesFinding({ others }: Extract<ProxmoxFinding, { about: "nodes" }>): Finding {
  const check = "api nodes";
  if (others.length === 0) return { check, level: "ok", found: "no other node is known to stand in for it" };
  const named = others.map(({ server, fingerprint }) => (fingerprint === undefined ? server : `${server} (fingerprint ${fingerprint})`));
  return { check, level: "ok", found: `where it falls silent, hlx goes on with ${named.join(", ")}` };
}
