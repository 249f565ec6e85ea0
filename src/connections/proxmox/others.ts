// The other nodes of a cluster, as a node that is trusted tells of them: their addresses and the fingerprints of their certificates.
import type { Answer } from "./request.ts";
import { type Row, rowsOf } from "./rows.ts";
import type { Server } from "./socket.ts";

interface Asking {
  ask(method: "GET", path: string): Promise<Answer>;
}

/**
 * The nodes beside the one that answers. `GET /nodes` has `ssl_fingerprint` (SHA-256) for each, `GET /cluster/status` their addresses (needs Sys.Audit on /).
 * A node whose fingerprint is not told is left out, unless the cluster's CA is trusted. Never throws: without them there is no failover, and nothing else is lost.
 */
export async function otherNodes(client: Asking, { port, trust }: Server): Promise<readonly Server[]> {
  const [status, nodes] = await Promise.all(["/cluster/status", "/nodes"].map((path) => client.ask("GET", path).catch((): Answer => ({ lost: path }))));
  const prints = new Map(listOf(nodes).flatMap(({ node, ssl_fingerprint: print }) => (typeof print === "string" ? [[String(node), print] as const] : [])));
  return listOf(status).flatMap(({ type, name, ip, local }) => {
    if (type !== "node" || typeof ip !== "string" || Number(local) === 1) return [];
    const fingerprint = prints.get(String(name));
    const known = "ca" in trust ? trust : fingerprint === undefined ? undefined : { fingerprint };
    return known === undefined ? [] : [{ host: ip, port, trust: known }];
  });
}

function listOf(answer: Answer | undefined): readonly Row[] {
  return rowsOf(answer !== undefined && "data" in answer ? answer.data : undefined);
}
