// What a guest asks for that it does not have yet: what virtual machines and containers share.
import type { Evidence, Found } from "../../model/kind.ts";
import type { Growth } from "./room.ts";

/** What is there of a guest, as its probe found it. */
export interface There<Actual> {
  readonly actual: Actual;
  readonly evidence: Evidence;
}

export interface Asking<Actual> {
  readonly asked: Pick<Growth, "guest" | "cores" | "memory" | "needs">;
  /** More of its cores or memory than it has. */
  grows(actual: Actual): boolean;
  /** What is added in storages; of a guest that is not there all of it. */
  disks(there?: There<Actual>): Growth["disks"];
}

/** Undefined where the guest goes, or nobody could look. */
export function growthFrom<Actual extends { readonly running: boolean }>(
  desired: { readonly node: string; readonly running?: boolean; readonly absent?: true },
  found: Found<Actual>,
  { asked, grows, disks }: Asking<Actual>,
): Growth | undefined {
  if (desired.absent === true || (found.found !== "present" && found.found !== "absent")) return undefined;
  if (found.found === "absent") return { ...asked, node: desired.node, computes: true, runs: desired.running === true, disks: disks() };
  const { actual, evidence = {} } = found;
  const computes = grows(actual) || (desired.running === true && !actual.running);
  const node = typeof evidence["node"] === "string" ? evidence["node"] : desired.node;
  return { ...asked, node, computes, runs: desired.running ?? actual.running, disks: disks({ actual, evidence }) };
}
