// What an import writes, applied to the Pi-hole that it came from, changes nothing.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import role from "../../roles/pihole/role.ts";
import { importedFrom } from "../../src/import/inventory.ts";
import { readSources } from "../../src/import/read.ts";
import { filesOf } from "../../src/import/write.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import { viewOf } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import { piholeConfigKind } from "../../src/resources/pihole-config.ts";
import { reach } from "../pihole/lab.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-import-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = {
  "dns.upstreams": ["10.7.0.2", "1.1.1.1#53"],
  "dns.hosts": ["10.7.0.51 tv.home.test", "10.7.0.50   printer.home.test", "10.7.0.52 a.home.test b.home.test"],
  "dns.cnameRecords": ["media.home.test,tv.home.test,300", "www.home.test,tv.home.test"],
  "dns.revServers": ["true,10.7.9.0/24,10.7.0.2,lab.test"],
  "dns.domain.name": "home.test",
  "dns.blockTTL": 5,
};

function tomlOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([key, value]) => `[${key.split(".").slice(0, -1).join(".")}]\n${key.split(".").at(-1)} = ${JSON.stringify(value)} ### CHANGED\n`)
    .join("");
}

type Desired = Parameters<typeof piholeConfigKind.probe>[0];

/** The settings that a plan from this file would change on the Pi-hole that has those above. */
async function planned(values: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  writeFileSync(join(folder, "pihole.toml"), tomlOf(values));
  const imported = importedFrom(await readSources(["pihole"], ["pihole.toml"], folder), "pi");
  const inventory = loadInventory({ file: "/lab/inventory.yaml", text: filesOf(imported).get("inventory.yaml") ?? "" });
  const params = withDefaults(imported.roles["pihole"], role.params);
  expect(validateValue(params, role.params, () => undefined, "pihole")).toEqual([]);
  const host = inventory.hosts.get("pi");
  const asking = { params: params as never, host: host as never, inventory: viewOf(inventory), inputs: {}, facts: {} as never };
  const [config] = role.declare(asking).filter(({ kind }) => kind === "pihole.config");
  const desired = { ...(config?.desired as Desired), door: { password: "pihole.password" } };
  const { endpoint, stop } = await reach({ settings });
  const found = await piholeConfigKind.probe(desired, { pihole: endpoint.reader });
  await stop();
  if (found.found !== "present") throw new Error(JSON.stringify(found));
  return piholeConfigKind.diff(desired, found, { changing: new Set(), digest: () => undefined }).map(({ property }) => property);
}

test("the plan from its own settings is empty", async () => expect(await planned(settings)).toEqual([]));

test("a name that is another one is seen", async () =>
  expect(await planned({ ...settings, "dns.hosts": ["10.7.0.51 tv.home.test", "10.7.0.50 printer.home.test", "10.7.0.52 a.home.test"] })).toEqual([
    "dns.hosts",
  ]));
