// Proxmox as a twin may see it: the double that stands for its cluster, and no real one.
import type { Endpoint } from "../../model/ports/endpoint.ts";
import type { ProxmoxCluster, ProxmoxReader } from "../../model/ports/proxmox.ts";
import { ProblemError } from "../../model/problem.ts";
import { clusterOf } from "./open.ts";

type Question = (cluster: ProxmoxCluster, ...rest: readonly unknown[]) => Promise<unknown>;

/** The same endpoint for clusters that are recognised by the double's certificate and by nothing else; without a double for none. */
export function ofTwin(host: string, double: string | undefined, real: Endpoint<"proxmox">): Endpoint<"proxmox"> {
  function checked(cluster: ProxmoxCluster): ProxmoxCluster {
    const nodes = [cluster, ...(cluster.also ?? [])];
    if (double !== undefined && cluster.ca === undefined && nodes.every(({ fingerprint }) => fingerprint === double)) return cluster;
    throw new ProblemError({ code: "input", message: `${host} is a twin, and the Proxmox cluster is a real one: it is not asked in a rehearsal` });
  }
  const questions = Object.entries(real.reader as unknown as Readonly<Record<string, Question>>);
  const reader = Object.fromEntries(
    questions.map(([name, ask]): readonly [string, Question] => [name, async (cluster, ...rest) => ask(checked(cluster), ...rest)]),
  );
  return {
    reader: reader as unknown as ProxmoxReader,
    call: async (step, options) => {
      checked(clusterOf(step));
      return real.call(step, options);
    },
    requests: real.requests,
  };
}
