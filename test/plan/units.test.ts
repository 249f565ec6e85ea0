// Units in dependency order: what is required, and what is required only where a play gives it.
import { expect, test } from "vitest";
import type { Assignment, Requirement } from "../../src/model/role.ts";
import { chooseUnits, keepingOrder, keyOf, orderUnits } from "../../src/plan/units.ts";

function assignment(host: string, role: string, requires: readonly Requirement[] = []): Assignment {
  return { host, role, as: role, params: {}, play: 0, order: 0, tags: [], independent: false, requires };
}

const select = (pattern: string): readonly string[] => (pattern === "all" ? ["pve1", "kube514"] : [pattern]);
const keys = (...assignments: readonly Assignment[]) => orderUnits(assignments, select).map((unit) => keyOf(unit.assignment));
const wants = (more: Partial<Requirement> = {}): Requirement => ({ role: "proxmox-cluster", hosts: "all", ...more });

test("what is required comes first, whatever the order of the plays", () => {
  expect(keys(assignment("kube514", "guest", [wants()]), assignment("pve1", "proxmox-cluster"))).toEqual(["pve1/proxmox-cluster", "kube514/guest"]);
});
test("a requirement that no play fulfils is an error, unless it is one only where a play gives it", () => {
  expect(() => keys(assignment("kube514", "guest", [wants()]))).toThrow("role guest on kube514 requires role proxmox-cluster");
  expect(keys(assignment("kube514", "guest", [wants({ ifGiven: true })]))).toEqual(["kube514/guest"]);
});
test("where a play gives it, it comes first as any other", () => {
  expect(keys(assignment("kube514", "guest", [wants({ ifGiven: true })]), assignment("pve1", "proxmox-cluster"))).toEqual([
    "pve1/proxmox-cluster",
    "kube514/guest",
  ]);
});
test("of a part of the hosts the order is the same, also over those that stay out", () => {
  const chain = ["a", "b", "c", "d"].map((host, index, all) => assignment(host, "node", index === 0 ? [] : [{ role: "node", hosts: all[index - 1] ?? "" }]));
  const { chosen, elsewhere } = chooseUnits(orderUnits(chain, select), ({ host }) => host === "a" || host === "d");
  expect(keepingOrder(chosen, elsewhere).map(({ key, after }) => [key, after.includes("a/node")])).toEqual([
    ["a/node", false],
    ["d/node", true],
  ]);
});
