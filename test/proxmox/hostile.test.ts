// Whatever a node answers is data: every look ends with an answer or a problem, in bounds, and nothing of it gets into a path unescaped.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lookAtGuest } from "../../src/connections/proxmox/guests.ts";
import { lookAtBridge, lookAtMapped } from "../../src/connections/proxmox/named.ts";
import { otherNodes } from "../../src/connections/proxmox/others.ts";
import { lookAtCeph, lookAtDevices, lookAtMapping, lookAtPool, lookAtStorage } from "../../src/connections/proxmox/reads.ts";
import { makeTogether } from "../../src/lib/together.ts";
import { ProblemError } from "../../src/model/problem.ts";

type Asking = Parameters<typeof lookAtPool>[0];

/** A node that answers everything with this, and what it was asked. */
function answering(data: unknown): { readonly client: Asking; readonly asked: string[] } {
  const asked: string[] = [];
  const ask = async (_: string, path: string) => {
    asked.push(path);
    return { data };
  };
  return { client: { ask, together: makeTogether() } as never, asked };
}

const name = fc.constantFrom("../../access/users", "a?b=c", "a#b", "\u001b[2J", "__proto__", "x".repeat(300), "pve1", "", "\r\n");
const row = fc.dictionary(
  fc.constantFrom(
    "vmid",
    "node",
    "type",
    "storage",
    "volid",
    "content",
    "poolid",
    "members",
    "id",
    "map",
    "name",
    "ip",
    "health",
    "pool_name",
    "checks",
    "status",
    "__proto__",
  ),
  fc.oneof(name, fc.integer(), fc.jsonValue()),
);
const anything = fc.oneof(fc.jsonValue(), fc.array(row), row);

const looks: readonly (readonly [string, (client: Asking) => Promise<unknown>])[] = [
  ["a guest", (client) => lookAtGuest(client, 514)],
  ["a storage", (client) => lookAtStorage(client, { node: "pve1", storage: "local" })],
  ["a pool", (client) => lookAtPool(client, "kube")],
  ["a mapping", (client) => lookAtMapping(client, "gpu")],
  ["a bridge", (client) => lookAtBridge(client, { node: "pve1", name: "vmbr0" })],
  ["a mapped device", (client) => lookAtMapped(client, { node: "pve1", name: "gpu" })],
  ["devices", (client) => lookAtDevices(client, "pve1")],
  ["Ceph", (client) => lookAtCeph(client, "pve1")],
  ["other nodes", (client) => otherNodes(client, { host: "127.0.0.1", port: 8006, trust: { fingerprint: "AB" } })],
];

describe.each(looks)("%s", (_, look) => {
  test("garbled answers are answered with data or a problem", async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (data) => {
        const { client, asked } = answering(data);
        try {
          expect(JSON.stringify(await look(client)) ?? "null").toBeTypeOf("string");
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ProblemError);
        }
        expect(asked.length).toBeLessThan(40);
        for (const path of asked) expect(path).toMatch(/^[A-Za-z0-9/._~!'()*%-]*$/);
        expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
      }),
      { numRuns: 200 },
    );
  });
});

test("a guest that is listed for ever and is nowhere ends in a problem", async () => {
  const ask = async (_: string, path: string) => ({ data: path.startsWith("/cluster/resources") ? [{ vmid: 514, node: "pve1", type: "qemu" }] : null });
  await expect(lookAtGuest({ ask, together: makeTogether() } as never, 514)).rejects.toThrow("guest 514 is listed on pve1, and is not there");
});
