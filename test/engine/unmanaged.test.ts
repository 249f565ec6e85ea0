// What is on a host and in no role.
import { expect, test } from "vitest";
import { presence, unmanagedOf } from "../../src/engine/unmanaged.ts";
import type { Entry } from "../../src/model/plan.ts";
import { kinds } from "../../src/resources/registry.ts";

const blob = `AAAAC3NzaC1lZDI1NTE5AAAAI${"x".repeat(40)}`;
const output = ["package\tnginx", "package\tnmap", "unit\tssh.service", "unit\tminer.service", "port\ttcp 0.0.0.0:22"]
  .concat([
    `key\tops ssh-ed25519 ${blob} me`,
    `key\troot ssh-ed25519 ${blob} me`,
    "cron\t/etc/cron.d/x",
    "cron\t/etc/cron.d/y",
    "rubbish\tx",
    "\u001b[2J",
    "package\t",
  ])
  .join("\n");

function entry(id: string, desired: Entry["desired"], host = "a"): Entry {
  const kind = id.split(":")[0] ?? "";
  const base = { address: `${host}/r/${id}`, host, role: "r", kind, id, action: "none", changes: [], desired, provides: [], traces: [] } as const;
  return { ...base, entry: "exact", steps: [], fingerprint: "" };
}

const entries = [
  entry("packages:nginx", { names: ["nginx"] }),
  entry("service:ssh", { unit: "ssh" }),
  entry("authorized-keys:ops", { user: "ops", keys: [`ssh-ed25519 ${blob} other comment`] }),
  entry("file:/etc/cron.d/x", { path: "/etc/cron.d/x" }),
  entry("packages:nmap", { names: ["nmap"] }, "b"),
];

test("what no entry of this host names, and nothing else", () => {
  const found = presence.parse(output, [""])[0] ?? [];
  expect(unmanagedOf("a", found, { entries, kinds: new Map(kinds.map((kind) => [kind.kind, kind])) }).map(({ sort, name }) => `${sort} ${name}`)).toEqual([
    "package nmap",
    "unit miner.service",
    "port tcp 0.0.0.0:22",
    "key root ssh-ed25519 …xxxxxxxxxxxx me",
    "cron /etc/cron.d/y",
  ]);
});
