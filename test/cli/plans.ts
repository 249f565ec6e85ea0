// Plans made by hand, for views.
import type { Change } from "../../src/model/kind.ts";
import { change } from "../../src/model/kind.ts";
import type { Blocked, Entry, Exact, Plan, Predicted } from "../../src/model/plan.ts";

export function exact(host: string, id: string, given: Partial<Exact> & { readonly changes: readonly Change[] }): Exact {
  return { ...common(host, id), entry: "exact", action: "update", steps: [], fingerprint: "", ...given };
}

export function predicted(host: string, id: string, changes: readonly Change[]): Predicted {
  return { ...common(host, id), entry: "predicted", action: "create", changes, needs: "package:nginx", by: `${host}/web/packages` };
}

export function blocked(host: string, id: string, message: string): Blocked {
  return {
    ...common(host, id),
    entry: "blocked",
    changes: [],
    because: { code: "missing", message: `${host}/web/${id}: ${message}`, hint: "nothing planned before it provides unit:x" },
  };
}

export function planOf(entries: readonly Entry[], given: Partial<Plan> = {}): Plan {
  const hosts = [...new Set(entries.map(({ host }) => host))];
  return {
    format: 1,
    id: "abc",
    hlx: "0.1.0",
    created: "2026-11-21T12:00:00.000Z",
    inventory: "/lab/inventory.yaml",
    hosts: hosts.map((host) => ({ host, login: { connection: "ssh", address: host, become: true }, resources: 4, roundTrips: 2 })),
    units: [],
    entries,
    elsewhere: [],
    problems: entries.flatMap((entry) => (entry.entry === "blocked" ? [entry.because] : [])),
    ...given,
  };
}

export const textChange: Change = { property: "content", before: { value: "a\nb\n" }, after: { value: "a\nc\u001b[2J\n" }, risk: "none", view: "text" };
export const everything: Plan = planOf(
  [
    exact("web1", "file:/etc/motd", { changes: [textChange] }),
    exact("web1", "packages:nginx", { action: "create", changes: [change("package:nginx", { before: null, after: "1.22" })] }),
    exact("web1", "proxmox.vm:1", {
      changes: [change("cores", { before: 16, after: 8, risk: "reboot", note: "about 2 min" }), change("memory", { before: "4G", after: "8G" })],
    }),
    exact("web1", "file:/etc/gone", { action: "remove", changes: [change("type", { before: "file", after: null, note: "kept for undo" })] }),
    exact("db1", "disk:data", { action: "replace", changes: [change("size", { before: 1, after: 2, risk: "replace" })] }),
    exact("db1", "file:/etc/ok", { action: "none", changes: [] }),
    exact("db1", "file:/etc/secret", {
      irreversible: "a secret takes part, and what was there was not written down",
      changes: [{ property: "content", before: { hidden: "sensitive" }, after: { hidden: "sensitive" }, risk: "none", view: "text" }],
    }),
    exact("db1", "file:/etc/token", {
      action: "create",
      changes: [{ property: "content", before: { value: null }, after: { hidden: "known-later" }, risk: "none", view: "text" }],
    }),
    predicted("db1", "service:nginx", [change("running", { before: false, after: true, risk: "restart" })]),
    blocked("db1", "service:x", "no unit x on this host"),
  ],
  { elsewhere: [exact("gw", "file:/etc/dns", { changes: [textChange] })] },
);

function common(host: string, id: string): Omit<Blocked, "entry" | "because" | "changes"> {
  return { address: `${host}/web/${id}`, host, role: "web", kind: id.split(":")[0] ?? "", id, action: "none", desired: {}, provides: [], traces: [] };
}
