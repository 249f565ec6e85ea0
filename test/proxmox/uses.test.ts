// Bridges and mapped devices that a guest uses by name: what is not there is told before anything is made, not at its first start.
import { beforeEach, describe, expect, test } from "vitest";
import guest from "../../roles/guest/role.ts";
import type { Lack } from "../../src/model/kind.ts";
import type { ProxmoxContainer } from "../../src/resources/proxmox-container/desired.ts";
import { proxmoxContainerKind } from "../../src/resources/proxmox-container.ts";
import { proxmoxMapping } from "../../src/resources/proxmox-mapping.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { cluster, converge, double, type Look, look, lookAs, useDouble, wanted } from "./bench.ts";

useDouble();

const on = (bridge: string): Partial<ProxmoxVm> => ({ nics: [{ mac: "bc:24:11:00:05:14", bridge }] });
const gpu = "id=10de:2684,node=pve1,path=0000:42:00";

function lacks({ found }: Look<unknown>): readonly Lack[] {
  return "evidence" in found ? (found.evidence?.lacks ?? []) : [];
}

describe("a guest that is to be made", () => {
  test.each([
    ["a bridge", on("vmbr1"), "guest 514 uses the bridge vmbr1, and pve1 has none of that name", 'did you mean "vmbr0"?'],
    ["a bridge that is nothing like one", on("dmz"), "guest 514 uses the bridge dmz, and pve1 has none of that name", "it has vmbr0"],
    ["a PCI mapping", { pci: ["gpu"] }, "guest 514 uses the PCI mapping gpu, and there is none of that name for a device of pve1", "the role proxmox-cluster"],
  ] as const)("lacks %s", async (...[, more, message, hint]) => {
    const [lack, ...others] = lacks(await look(wanted(more as Partial<ProxmoxVm>)));
    expect([lack, others]).toMatchObject([{ because: { code: "failed", message, hint: expect.stringContaining(hint) } }, []]);
  });
  test("needs a bridge by what the role of the nodes provides, which comes before guests", async () => {
    expect(lacks(await look(wanted(on("vmbr1"))))).toMatchObject([{ needs: "bridge:pve1/vmbr1" }]);
    expect(guest.requires).toContainEqual({ role: "proxmox-host", hosts: "all", ifGiven: true });
  });
  test("lacks a mapping that has a device of another node only", async () => {
    double.held.mappings.set("gpu", { map: [gpu.replace("pve1", "pve2")] });
    expect(lacks(await look(wanted({ pci: ["gpu"] })))).toHaveLength(1);
  });
  test("lacks nothing where all is there: bridges, vnets of the SDN, mapped devices", async () => {
    double.held.vnets.set("dmz", "zone1");
    double.held.mappings.set("gpu", { map: [gpu.replace("pve1", "pve2"), gpu] });
    expect(lacks(await look(wanted({ ...on("dmz"), pci: ["gpu"] })))).toEqual([]);
    await converge(wanted({ ...on("dmz"), pci: ["gpu"] }));
  });
  test("a container, too, lacks its bridge", async () => {
    const container: ProxmoxContainer = {
      ...{ cluster: cluster(), id: 300, name: "proxy", node: "pve1", ostemplate: "local:vztmpl/d.tar.zst", storage: "thin", disk: 8, memory: 512 },
      nics: [{ mac: "bc:24:11:00:03:00", bridge: "vmbr1", address: "dhcp" }],
    };
    expect(lacks(await lookAs(proxmoxContainerKind, container))).toMatchObject([{ because: { message: expect.stringContaining("the bridge vmbr1") } }]);
  });
  test("needs what the mapping of the same plan provides for its node", async () => {
    const [lack] = lacks(await look(wanted({ pci: ["gpu"] })));
    const mapping = (node: string) => proxmoxMapping({ cluster: cluster(), name: "gpu", devices: [{ node, path: "42:00" }] }).provides;
    expect([mapping("pve1").includes(lack?.needs as never), mapping("pve2").includes(lack?.needs as never)]).toEqual([true, false]);
  });
});

describe("what the token may not see is not missed", () => {
  const rights = { "VM.Audit": 1, "Mapping.Use": 1, "SDN.Use": 1 };
  beforeEach(() => () => void Object.assign(double, { permissions: undefined }));

  test.each([
    ["bridges and vnets", on("vmbr1"), { "/": { "VM.Audit": 1 } }, 0],
    ["vnets of all zones", on("vmbr1"), { "/": { "VM.Audit": 1 }, "/sdn/zones/localnetwork": rights }, 0],
    ["vnets below the zones", on("vmbr1"), { "/": { "VM.Audit": 1 }, "/sdn/zones": { "SDN.Use": 0 }, "/sdn/zones/localnetwork": rights }, 0],
    ["mappings", { pci: ["gpu"] }, { "/": { "VM.Audit": 1 }, "/sdn/zones": rights }, 0],
    ["nothing of it: then it is", on("vmbr1"), { "/": rights }, 1],
    ["no mapping but this one: then it is", { pci: ["gpu"] }, { "/": { "VM.Audit": 1, "SDN.Use": 1 }, "/mapping/pci/gpu": rights }, 1],
  ] as const)("%s", async (...[, more, permissions, missed]) => {
    Object.assign(double, { permissions });
    expect(lacks(await look(wanted(more as Partial<ProxmoxVm>)))).toHaveLength(missed);
  });
});

describe("a guest that is there", () => {
  beforeEach(async () => {
    double.bridges.add("old");
    await converge(wanted(on("old")));
    double.bridges.delete("old");
  });
  test("is not asked about again, until it changes or is to start", async () => {
    const before = double.reads;
    expect(lacks(await look(wanted(on("old"))))).toEqual([]);
    expect(double.reads - before).toBe(4);
    expect(lacks(await look(wanted({ ...on("old"), pci: ["gpu"] })))).toHaveLength(1);
    expect(lacks(await look(wanted(on("new"))))).toHaveLength(1);
    const guest = double.guests.get(514);
    if (guest !== undefined) guest.running = false;
    expect(lacks(await look(wanted(on("old"))))).toHaveLength(1);
    expect(lacks(await look(wanted({ ...on("old"), running: false })))).toEqual([]);
  });
});
