// Renumbering a network is one edit: everything that follows from its cidr changes, and the plan shows it on every host.
import { describe, expect, test } from "vitest";
import { applyPlan } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import type { Work } from "../../src/engine/world.ts";
import { findingsOf } from "../../src/inventory/findings/findings.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import type { Inventory } from "../../src/model/host.ts";
import { recordsOf, reservationsOf } from "../../src/model/names.ts";
import { reverseZones } from "../../src/model/reverse.ts";
import { type InventoryView, type Role, viewOf } from "../../src/model/role.ts";
import { memoryWorld } from "../../src/testing/memory-world.ts";
import { note } from "../../src/testing/note.ts";
import { options } from "./lab.ts";

const text = `
format: 1
networks:
  lan:
    cidr: 10.7.0.0/24
    gateway: 1
    domain: home.test
    dns: [dns01]
    ranges: { dhcp: 100-199 }
    records: { "*": web, printer: 50 }
  wan: { cidr: 10.99.0.0/24, domain: wan.test }
hosts:
  dns01: { lan: 2, mac: "aa:00:00:00:00:02" }
  web: { lan: 3, mac: "aa:00:00:00:00:03", aliases: [www] }
  far: { wan: 4 }
devices: { gw: { lan: 1 } }
`;

function inventoryWith(cidr: string): Inventory {
  return loadInventory({ file: "/lab/inventory.yaml", text: text.replace("10.7.0.0/24", cidr) });
}

function derived(inventory: Inventory) {
  const view = viewOf(inventory);
  const lan = inventory.networks.get("lan");
  return {
    records: recordsOf(view, ["lan"]).map(({ name, type, data }) => `${name} ${type} ${data}`),
    reservations: reservationsOf(view, "lan").map(({ mac, address }) => `${mac} ${address}`),
    reverse: reverseZones(lan?.cidr ?? ""),
    pool: lan?.ranges["dhcp"],
    gateway: lan?.gateway,
    resolvers: lan?.dns,
    logins: ["dns01", "web"].map((name) => inventory.hosts.get(name)?.login.address),
  };
}

describe("one edit of a cidr", () => {
  const [before, after] = [inventoryWith("10.7.0.0/24"), inventoryWith("192.168.50.0/24")];
  test("changes every address that follows from it, and nothing else", () => {
    const renumbered = JSON.stringify(derived(before)).replaceAll("10.7.0.", "192.168.50.").replaceAll("0.7.10.in-addr", "50.168.192.in-addr");
    expect(JSON.parse(renumbered)).toEqual(derived(after));
    expect(JSON.stringify(derived(after))).not.toMatch(/10\.7\.0|0\.7\.10/);
    expect(after.hosts.get("far")).toMatchObject({ addresses: before.hosts.get("far")?.addresses });
  });
  test("addresses left over in variables are found", () => {
    const stale = text.replace("10.7.0.0/24", "192.168.50.0/24").replace("wan: 4", "wan: 4, vars: { upstream: 10.7.0.3 }");
    const findings = findingsOf(loadInventory({ file: "/lab/inventory.yaml", text: stale }));
    expect(findings.map(({ message, at }) => `${at?.line} ${message}`)).toEqual([
      expect.stringMatching(/^15 variable "upstream" says 10\.7\.0\.3, which is in no network/),
    ]);
  });
});

function role(name: string, lines: (view: InventoryView, host: string) => Readonly<Record<string, string>>): Role {
  const declare: Role["declare"] = ({ host, inventory }) => Object.entries(lines(inventory, host.name)).map(([key, value]) => note(key, value));
  return { name, summary: name, params: { type: "object" }, declare };
}

const roles = new Map(
  [
    role("zones", (view) => ({
      zone: recordsOf(view)
        .map(({ name, data }) => `${name} ${data}`)
        .join("\n"),
      "reverse-zones": reverseZones(view.networks.get("lan")?.cidr ?? "").join(),
    })),
    role("dhcp", (view) => ({
      reservations: reservationsOf(view, "lan")
        .map(({ mac, address }) => `${mac} ${address}`)
        .join("\n"),
      pool: JSON.stringify(view.networks.get("lan")?.ranges["dhcp"]),
      router: view.networks.get("lan")?.gateway ?? "",
    })),
    role("resolver", (view) => ({ "resolv.conf": (view.networks.get("lan")?.dns ?? []).join() })),
    role("motd", () => ({ motd: "hello" })),
  ].map((each) => [each.name, each]),
);

test("the plan shows every consequence on every host", async () => {
  const lab = memoryWorld(["dns01", "web", "far"]);
  const keys = ["dns01/zones", "dns01/dhcp", "dns01/motd", "dns01/resolver", "web/resolver", "web/motd", "far/resolver", "far/motd"];
  const work = (cidr: string): Work => {
    const inventory = inventoryWith(cidr);
    const hosts = new Map([...inventory.hosts].map(([name, host]) => [name, { ...host, login: { ...host.login, connection: "memory" } }]));
    return { ...lab.work(keys), inventory: { ...inventory, hosts }, roles };
  };
  const first = await makePlan(lab.world(), work("10.7.0.0/24"));
  await applyPlan(lab.world(), first.plan, { ...options, found: first.found });
  const again = await makePlan(lab.world(), work("10.7.0.0/24"));
  expect(changed(again.plan)).toEqual([]);
  const moved = await makePlan(lab.world(), work("192.168.50.0/24"));
  expect(changed(moved.plan)).toEqual([
    "dns01/dhcp/note:pool",
    "dns01/dhcp/note:reservations",
    "dns01/dhcp/note:router",
    "dns01/resolver/note:resolv.conf",
    "dns01/zones/note:reverse-zones",
    "dns01/zones/note:zone",
    "far/resolver/note:resolv.conf",
    "web/resolver/note:resolv.conf",
  ]);
});

function changed({ entries }: Awaited<ReturnType<typeof makePlan>>["plan"]): readonly string[] {
  return entries
    .filter((entry) => entry.entry === "exact" && entry.action !== "none")
    .map(({ address }) => address)
    .sort();
}
