// Guests compared with what the inventory says of their nodes, and devices that two of them would have: found without connecting.
import { describe, expect, test } from "vitest";
import proxmoxCluster from "../../roles/proxmox-cluster/role.ts";
import { findingsOf } from "../../src/inventory/findings/findings.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { gibibytesOf, mebibytesOf, sizeText } from "../../src/lib/size.ts";
import type { Claimed } from "../../src/model/finding.ts";
import { viewOf } from "../../src/model/role.ts";

const lab = `format: 1
hosts:
  node5:
    proxmox: { cores: 8, memory: 16G, storages: { thin: 100G }, token: !secret t, pci: { gpu: "42:00", sound: "0000:42:00.1", sas: "02:00" } }
  node6: { vars: {} }
  one: { vm: { id: 501, node: node5, cores: 4, memory: 8G, storage: thin, disk: 40G } }
  two: { vm: { id: 502, node: node5, cores: 4, memory: 8G, storage: thin, disk: 40G } }
  far: { vm: { id: 503, node: node6, cores: 64, memory: 1T, storage: thin, disk: 9T } }
`;

type Edit = readonly [from: string, to: string];
const place = (file: string, line: number, column: number) => `${file.split("/").at(-1)}:${line}:${column}`;

function found(edits: readonly Edit[] = [], claims: readonly Claimed[] = []): readonly string[] {
  const text = edits.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, lab);
  const all = findingsOf(loadInventory({ file: "/lab/inventory.yaml", text }), { claims, written: [] });
  return all.map(({ level, at, message, also = [] }) => {
    const places = also.map((one) => `${place(one.at.file, one.at.line, one.at.column)} ${one.note}`);
    return [`${level} ${at === undefined ? "nowhere" : place(at.file, at.line, at.column)} ${message}`, ...places].join(" | ");
  });
}

const cases: readonly (readonly [string, readonly Edit[], readonly RegExp[]])[] = [
  ["guests that fit exactly are no finding, nor are those of a node that says nothing of itself", [], []],
  [
    "more memory than there is, of all guests, is a warning where the node says what it has, with the largest guests",
    [["502, node: node5, cores: 4, memory: 8G", "502, node: node5, cores: 4, memory: 9G"]],
    [
      /^warning inventory\.yaml:4:34 the guests of node "node5" ask for 17G of memory, and it has 16G \(two 9G, one 8G\) \| inventory\.yaml:7:\d+ two asks here \| inventory/,
    ],
  ],
  ["cores, times sockets", [["501, node: node5, cores: 4", "501, node: node5, sockets: 2, cores: 4"]], [/^warning .* ask for 12 cores, and it has 8/]],
  [
    "disks of one storage, also further ones",
    [["disk: 40G } }\n  two", "disk: 40G, disks: { scsi1: 30G } } }\n  two"]],
    [/ask for 110G of the storage thin, and it has 100G/],
  ],
  [
    "a further disk in another storage is not of this one",
    [["disk: 40G } }\n  two", "disk: 40G, disks: { scsi1: { size: 30G, storage: nfs } } } }\n  two"]],
    [],
  ],
  [
    "one that is started by hand needs no memory until then",
    [["502, node: node5, cores: 4, memory: 8G", "502, node: node5, cores: 8, memory: 16G, start: manual"]],
    [],
  ],
  [
    "one guest with more memory than its node is an error at the guest",
    [["502, node: node5, cores: 4, memory: 8G", "502, node: node5, cores: 4, memory: 17G"]],
    [/^error inventory\.yaml:7:\d+ guest "two" asks for 17G of memory, and node "node5" has 16G \| inventory\.yaml:4:34 the node has it here$/],
  ],
  ["and so are its cores", [["501, node: node5, cores: 4", "501, node: node5, cores: 9"]], [/^error inventory\.yaml:6:\d+ guest "one" asks for 9 cores/]],
  ["and its disk", [["disk: 40G } }\n  two", "disk: 101G } }\n  two"]], [/^error inventory\.yaml:6:\d+ guest "one" asks for 101G of the storage thin/]],
  [
    "one device under two names is refused, also a part of it",
    [
      ["501, node: node5,", "501, node: node5, pci: [gpu],"],
      ["502, node: node5,", "502, node: node5, pci: [sas, sound],"],
    ],
    [
      /^error inventory\.yaml:7:\d+ the PCI device 0000:42:00\.1 of node5 is given to "one" and to "two": as "gpu" and as "sound" \| inventory\.yaml:6:\d+ "one" has it here$/,
    ],
  ],
  ["also to one guest twice", [["501, node: node5,", "501, node: node5, pci: [gpu, sound],"]], [/is given to "one" twice/]],
  [
    "other devices are not",
    [
      ["501, node: node5,", "501, node: node5, pci: [sas],"],
      ["502, node: node5,", "502, node: node5, pci: [sound],"],
    ],
    [],
  ],
];

describe("placement", () => {
  test.each(cases)("%s", (_, edits, expected) => {
    const all = found(edits);
    expect(all).toEqual(expected.map((one) => expect.stringMatching(one)));
  });
  test("containers of a role count too", () => {
    const inventory = viewOf(loadInventory({ file: "/lab/inventory.yaml", text: lab }));
    const host = inventory.hosts.get("node5");
    if (host === undefined) throw new Error("no node5");
    const containers = { proxy: { id: 300, template: "t.zst", storage: "thin", disk: 8, cores: 2, memory: 1024, mounts: { "/data": { size: 20 } } } };
    const params = { containers } as const;
    const claims = proxmoxCluster.claims?.({ params: params as never, host, inventory, inputs: {} }) ?? [];
    const at = { file: "site.yaml", line: 5, column: 3 };
    expect(
      found(
        [],
        claims.map((claim) => ({ ...claim, host: "node5", role: "proxmox-cluster", order: 0, at })),
      ),
    ).toEqual([
      expect.stringMatching(/^warning .* ask for 10 cores, and it has 8 \(one 4, two 4, proxy 2\) .*site\.yaml:5:3 proxy asks here$/),
      expect.stringContaining("17G of memory"),
      expect.stringContaining("108G of the storage thin"),
    ]);
  });
});

test.each([
  ["512M", [512, 1, "512M"]],
  ["1.5G", [1536, 2, "1.5G"]],
  ["4GiB", [4096, 4, "4G"]],
  ["2T", [2097152, 2048, "2048G"]],
  ["1024K", [1, 1, "1M"]],
])("the size %s", (text, expected) => {
  expect([mebibytesOf(text), gibibytesOf(text), sizeText(mebibytesOf(text))]).toEqual(expected);
});
