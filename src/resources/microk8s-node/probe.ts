// Looks at a MicroK8s node: what its files say of its cluster, and what the cluster says of it.
import { isRecord, parsedJson } from "../../lib/json.ts";
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { CheckResult } from "../../model/ports/shell.ts";
import type { Problem } from "../../model/problem.ts";
import { type Microk8sSeen, microk8sRead } from "../reads/microk8s.ts";
import type { Microk8sNode } from "./desired.ts";
import { nodeScript } from "./scripts.ts";

export interface Microk8sNodeActual {
  readonly membership: "alone" | "member";
  readonly running: boolean;
  /** "silent": the API does not answer here. */
  readonly ready: "yes" | "no" | "silent";
  /** Of those that are desired. */
  readonly labels: Readonly<Record<string, string | null>>;
  readonly taints: readonly string[];
}

export async function probe(desired: Microk8sNode, on: Pick<Readers, "shell">): Promise<Found<Microk8sNodeActual>> {
  const [seen, asked] = await Promise.all([
    on.shell.ask(microk8sRead, null),
    on.shell.check({ script: nodeScript, args: [desired.node] }, { deadlineMs: 30_000 }),
  ]);
  if (!seen.installed) return desired.seed === undefined && desired.absent !== true ? blocked("snap:microk8s", "no MicroK8s on this host") : absent;
  const membership = membershipOf(desired, seen);
  if (desired.absent === true && membership === "alone") return absent;
  const because = conflictOf(desired, seen, membership) ?? (membership === "member" ? unknownToItsCluster(desired, asked) : undefined);
  if (because !== undefined) return { found: "unknown", because };
  return present({ membership: membership as "alone" | "member", running: !seen.locks.has("stopped.lock"), ...nodeIn(asked.stdout, desired) });
}

type Membership = "alone" | "member" | "elsewhere";

// A node that is alone has its own address, or the loopback's, as its only member. What a worker was before it joined says nothing.
function othersOf({ address }: Microk8sNode, { locks, members, endpoints }: Microk8sSeen): readonly string[] {
  const own = new Set([address, "127.0.0.1", "::1"]);
  return locks.has("clustered.lock") ? endpoints : members.map((one) => one.address).filter((one) => !own.has(one));
}

function membershipOf(desired: Microk8sNode, seen: Microk8sSeen): Membership {
  const { control } = desired;
  const { locks } = seen;
  const others = othersOf(desired, seen);
  if (others.length === 0) return locks.has("clustered.lock") ? "elsewhere" : "alone";
  return others.some((one) => control.includes(one)) ? "member" : "elsewhere";
}

const called = { control: "control plane", worker: "worker" } as const;

function conflictOf(desired: Microk8sNode, seen: Microk8sSeen, membership: Membership): Problem | undefined {
  const { node, role, seed, control } = desired;
  const others = othersOf(desired, seen);
  if (membership === "elsewhere")
    return problem(
      `${node} belongs to another cluster, with ${others.join(", ") || "nobody known"}`,
      "microk8s leave on it, if that cluster can do without it",
    );
  const is = seen.locks.has("clustered.lock") ? "worker" : "control";
  if (membership === "member" && is !== role)
    return problem(`${node} is a ${called[is]} of the cluster, and should be a ${called[role]}`, "let it leave first: absent, then without");
  if (membership === "member" && is === "control" && seed !== undefined && !others.includes(seed.address))
    return problem(
      `${node} is in a cluster with ${others.filter((one) => control.includes(one)).join(", ")}, in which ${seed.host}, which should be its first, is not`,
      "name one of those as first: the others join it",
    );
  const voters = seen.members.filter((one) => one.role === 0).length;
  if (desired.absent === true && desired.force !== true && is === "control" && voters === 3 && seen.members.length === 3)
    return problem(`without ${node} only two would hold the cluster's data`, "join another control plane first, or say force");
  return undefined;
}

// What one side says alone is nothing to go on from.
function unknownToItsCluster({ node, absent: gone }: Microk8sNode, { stderr }: CheckResult): Problem | undefined {
  if (gone === true || !/NotFound|not found/.test(stderr)) return undefined;
  return problem(`${node} holds itself for a member, but its cluster knows no node of this name`, `microk8s leave on ${node}, and join anew`);
}

function problem(message: string, hint: string): Problem {
  return { code: "input", message, hint };
}

function nodeIn(stdout: string, { labels, taints }: Microk8sNode): Pick<Microk8sNodeActual, "ready" | "labels" | "taints"> {
  const [labelText = "", taintText = "", ready = ""] = stdout.split("\n");
  const has = parsedJson(labelText);
  const known = (Array.isArray(parsedJson(taintText)) ? (parsedJson(taintText) as readonly unknown[]) : []).map(taintIn);
  return {
    ready: ready === "True" ? "yes" : ready === "" ? "silent" : "no",
    labels: Object.fromEntries(Object.keys(labels).map((key) => [key, isRecord(has) && typeof has[key] === "string" ? has[key] : null])),
    taints: taints.filter((taint) => known.includes(withValue(taint))),
  };
}

function taintIn(taint: unknown): string {
  return isRecord(taint) ? `${String(taint["key"])}=${String(taint["value"] ?? "")}:${String(taint["effect"])}` : "";
}

function withValue(taint: string): string {
  return taint.includes("=") ? taint : taint.replace(":", "=:");
}
