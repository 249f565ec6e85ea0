// The proxmox-host role: bridges, bonds and their addresses, and what is wrong before anything connects.
import { describe, expect, test } from "vitest";
import { declared, found, ids, interfacesOf } from "./proxmox-host.ts";

const port = { inet: { method: "manual", options: {} }, inet6: null };
const usual = { "bridge-stp": "off", "bridge-fd": "0" };
const lacp = { ports: ["eno1", "eno2"], mode: "802.3ad", hash: "layer3+4" };

describe("the network", () => {
  test("nothing is declared where nothing is said", () => expect(ids(declared({}))).toEqual([]));

  test("Ocean's: two cards, a bond, a bridge with the node's address", () => {
    const given = { bonds: { bond0: lacp }, bridges: { vmbr0: { ports: ["bond0"] } } };
    expect(declared(given).map(({ exclusive }) => exclusive)).toEqual([undefined, "proxmox node"]);
    expect(ids(declared(given))).toEqual(["packages:ifupdown2", "network.interfaces:/etc/network/interfaces"]);
    expect(declared(given).at(-1)?.provides).toEqual(["bridge:node005/vmbr0"]);
    expect(interfacesOf(given)).toEqual({
      eno1: port,
      eno2: port,
      bond0: {
        auto: true,
        inet: {
          method: "manual",
          options: { "bond-slaves": "eno1 eno2", "bond-mode": "802.3ad", "bond-miimon": "100", "bond-xmit-hash-policy": "layer3+4" },
        },
      },
      vmbr0: {
        auto: true,
        inet: { method: "static", options: { address: "192.168.1.105/24", gateway: "192.168.1.1", "bridge-ports": "bond0", ...usual } },
      },
    });
  });

  test.each<readonly [string, object, string, string, object]>([
    [
      "of both families",
      { vmbr0: { ports: ["eno1"] } },
      "node006",
      "inet6",
      { method: "static", options: { address: "fd00:1::106/64", gateway: "fd00:1::1" } },
    ],
    [
      "without a gateway in the network",
      { vmbr1: {} },
      "node005",
      "inet",
      { method: "static", options: { address: "10.10.0.5/24", "bridge-ports": "none", ...usual } },
    ],
    ["that is to have no address", { vmbr0: { network: "none" } }, "node005", "inet", { method: "manual", options: { "bridge-ports": "none", ...usual } }],
    ["that is not in any network", { vmbr9: {} }, "node005", "inet", { method: "manual", options: { "bridge-ports": "none", ...usual } }],
    ["of a network that is named", { vmbr9: { network: "storage" } }, "node005", "inet", { method: "static", options: { address: "10.10.0.5/24" } }],
    [
      "that is written out",
      { vmbr9: { address: "192.168.1.105/25" } },
      "node005",
      "inet",
      { options: { address: "192.168.1.105/25", gateway: "192.168.1.1" } },
    ],
    [
      "that is not the way out",
      { vmbr0: { gateway: "none" } },
      "node005",
      "inet",
      { options: { address: "192.168.1.105/24", "bridge-ports": "none", ...usual } },
    ],
    ["with tags", { vmbr9: { vlanAware: true } }, "node005", "inet", { options: { "bridge-vlan-aware": "yes", "bridge-vids": "2-4094" } }],
    ["with some tags", { vmbr9: { vlanAware: true, vlans: "10 20-30" } }, "node005", "inet", { options: { "bridge-vids": "10 20-30" } }],
  ])("a bridge %s", (_, ...[bridges, host, family, expected]) => {
    const [name = ""] = Object.keys(bridges);
    expect(interfacesOf({ bridges }, host)?.[name]).toMatchObject({ [family]: expected });
  });

  test("large packets need large ports, all the way down", () => {
    const all = interfacesOf({ bonds: { bond0: lacp }, bridges: { vmbr0: { ports: ["bond0"], mtu: 9000 } } }) ?? {};
    expect(Object.entries(all).map(([name, one]) => [name, one?.inet?.options["mtu"]])).toEqual(
      ["eno1", "eno2", "bond0", "vmbr0"].map((name) => [name, "9000"]),
    );
  });

  test("a bond has an address where one is said only; one that goes is desired to be none", () => {
    const all = interfacesOf({ bonds: { bond1: { ports: ["eno3"], mode: "active-backup", network: "storage" } }, gone: ["vmbr7"] });
    expect([all?.["bond1"]?.inet?.options["address"], all?.["vmbr7"]]).toEqual(["10.10.0.5/24", null]);
  });
});

describe("what is wrong before anything connects", () => {
  test("what is right says nothing", () =>
    expect(found({ bonds: { bond0: lacp }, bridges: { vmbr0: { ports: ["bond0"] }, vmbr1: {}, vmbr9: { network: "none" } } })).toEqual([]));

  test.each<readonly [string, object, readonly string[]]>([
    [
      "a port in two bridges",
      { bridges: { vmbr0: { ports: ["eno1"] }, vmbr9: { ports: ["eno1"] } } },
      ['bridges.vmbr9.ports.0: "eno1" is a port of vmbr0 already, and of vmbr9 here'],
    ],
    [
      "a port of a bond and a bridge",
      { bonds: { bond0: lacp }, bridges: { vmbr0: { ports: ["eno2"] } } },
      ['bridges.vmbr0.ports.0: "eno2" is a port of bond0 already, and of vmbr0 here'],
    ],
    [
      "a bridge as a port",
      { bridges: { vmbr0: {}, vmbr9: { ports: ["vmbr0"] } } },
      ['bridges.vmbr9.ports.0: "vmbr0" is a bridge: it cannot be a port of vmbr9'],
    ],
    ["a network that nobody knows", { bridges: { vmbr0: { network: "lann" } } }, ['bridges.vmbr0.network: there is no network "lann"']],
    ["a network without the host", { bridges: { vmbr0: { network: "six" } } }, ['bridges.vmbr0.network: host "node005" has no address in network "six"']],
    [
      "somebody else's address",
      { bridges: { vmbr0: { address: "192.168.1.2/24" } } },
      ['bridges.vmbr0.address: 192.168.1.2/24 of vmbr0 is not an address of host "node005": it is "dns01"\'s'],
    ],
    [
      "nobody's address",
      { bridges: { vmbr0: { address: "192.168.1.77/24" } } },
      ['bridges.vmbr0.address: 192.168.1.77/24 of vmbr0 is not an address of host "node005": the inventory does not say that it is'],
    ],
    [
      "a gateway outside",
      { bridges: { vmbr0: { gateway: "192.168.2.1" } } },
      ["bridges.vmbr0.gateway: the gateway 192.168.2.1 is outside of what vmbr0 is in (192.168.1.105/24)"],
    ],
    [
      "two ways out",
      { bridges: { vmbr0: {}, vmbr1: { gateway: "10.10.0.1" } } },
      ["bridges.vmbr1: vmbr1 has a gateway (10.10.0.1), and so has vmbr0 (192.168.1.1)"],
    ],
    [
      "a primary card of others",
      { bonds: { bond0: { ports: ["a", "b"], mode: "active-backup", primary: "c" } } },
      ['bonds.bond0.primary: "c" is no port of bond0'],
    ],
    [
      "LACP without LACP",
      { bonds: { bond0: { ports: ["a"], mode: "active-backup", lacpRate: "fast" } } },
      ["bonds.bond0.lacpRate: mode active-backup has no LACP: that is 802.3ad"],
    ],
    [
      "a hash for nothing",
      { bonds: { bond0: { ports: ["a"], mode: "balance-rr", hash: "layer2" } } },
      ["bonds.bond0.hash: mode balance-rr does not choose cards by a hash"],
    ],
    ["Ceph from nowhere", { ceph: "squid" }, ["ceph: ceph: comes from the same sort of repository as Proxmox itself, and none is said"]],
    [
      "a device that nobody knows",
      { passthrough: { devices: ["42:00", "gpus"] } },
      ['passthrough.devices.1: "gpus" is no PCI address, and no device of proxmox.pci'],
    ],
    ["one name twice", { bonds: { vmbr0: lacp }, bridges: { vmbr0: {} } }, ['bridges.vmbr0: "vmbr0" is a bridge and a bond']],
    ["gone and used", { bridges: { vmbr9: { ports: ["eno1"] } }, gone: ["eno1"] }, ['gone.0: "eno1" is to be gone, and is used here']],
  ])("%s", (_, given, expected) => expect(found(given)).toEqual(expected));
});
