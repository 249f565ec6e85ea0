// Whether anybody can be expected to answer inside a guest: not while it is off, and not at once after it was started.
import { expect, test } from "vitest";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { double, endpoint, useDouble, wanted } from "./bench.ts";

useDouble();

test.each([
  ["off", { running: false }, "off"],
  ["started a minute ago", { running: true, since: 60_000 }, "starting"],
  ["started an hour ago", { running: true, since: 3_600_000 }, undefined],
])("a guest that is %s", async (_, { since, running }: { readonly running: boolean; readonly since?: number }, away) => {
  const config = { name: "kube514", description: "managed by hlx as kube514", scsi0: "thin:vm-514-disk-0,size=10G" };
  double.guests.set(514, { node: "pve1", config, pending: {}, running, ...(since === undefined ? {} : { since: Date.now() - since }) });
  const found = await kind.probe(wanted(), { proxmox: endpoint.reader } as never);
  expect(found.found === "present" && found.evidence?.away).toBe(away);
});
