// What sources answer is data: names that could harm, guests that are somebody else already, and words that no group could have.
import { expect, test } from "vitest";
import { type Answers, liveOf } from "../../src/inventory/live.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import type { Inventory } from "../../src/model/host.ts";
import type { GuestListed } from "../../src/model/live.ts";

const file = "/lab/inventory.yaml";
const text = (sources: string, more = ""): string => `format: 1
networks: { lan: { cidr: 10.0.0.0/24 } }
sources: ${sources}
groups: { kube: [k1], tag_mine: [k1] }
devices: { gw: { lan: 1 } }
hosts:
  pve1: { lan: 5, proxmox: { token: !secret a.token, fingerprint: "${"AB:".repeat(31)}AB" } }
  pve9: { lan: 9, proxmox: { token: !secret b.token, fingerprint: "${"AB:".repeat(31)}AB" } }
  k1: { lan: 11, vm: { id: 511, node: pve1 } }
  box: { lan: 12 }
${more}`;

const one = "[{ proxmox: pve1, only: all }]";
const written = (sources = one, more = ""): Inventory => loadInventory({ file, text: text(sources, more) });

function asked(inventory: Inventory, ...all: readonly (readonly GuestListed[])[]): Answers {
  return new Map((inventory.sources ?? []).map((source, index) => [source, all[index] ?? []]));
}

const guest = (id: number, name: string | undefined, more: Partial<GuestListed> = {}): GuestListed => ({
  ...{ id, node: "pve1", running: true, tags: [], address: `10.1.0.${id % 250}` },
  ...(name !== undefined && { name }),
  ...more,
});

const load = (...guests: readonly GuestListed[]): Inventory => {
  const inventory = written();
  return loadInventory({ file, text: text(one), live: liveOf(inventory, asked(inventory, guests)) });
};

const none = "its name is none that a host could have";
test.each([
  ["without a name", guest(101, undefined), "it has no name"],
  ["with a path for a name", guest(101, "../../etc"), none],
  ["with a line feed in it", guest(101, "web\nall"), none],
  ["with an option for a name", guest(101, "-oProxyCommand=x"), none],
  ["with a pattern for a name", guest(101, "*"), none],
  ["with an escape in it", guest(101, "\u001b[2J"), none],
  ["with an address for a name", guest(101, "10.0.0.5"), none],
  ["with a name beyond all length", guest(101, "a".repeat(300)), none],
  ["called all", guest(101, "all"), "a group has this name"],
  ["called as a group of the file", guest(101, "kube"), "a group has this name"],
  ["called as a group of a source", guest(101, "tag_web"), "a group has this name"],
  ["called as a device", guest(101, "gw"), "a device has this name"],
  ["called as a node", guest(101, "pve1"), "a node has this name"],
  ["called as the host that is another guest", guest(101, "k1"), "the host of this name is another guest (vm.id 511)"],
  [
    "at the address of a host of another name",
    guest(101, "web", { address: "10.0.0.12" }),
    'its address 10.0.0.12 is that of "box": give that host its vm.id, if it is this guest',
  ],
  ["called as an object's own", guest(101, "__proto__"), undefined],
  ["whose name is fine", guest(101, "web"), undefined],
])("a guest %s", (_, hostile, refused) => {
  const { hosts, warnings } = load(hostile, guest(102, "other"));
  expect(hosts.has("other")).toBe(true);
  if (refused === undefined) expect([...hosts.keys()]).toContain(hostile.name);
  else
    expect([[...hosts.keys()], warnings.map(({ message }) => message)]).toEqual([
      ["pve1", "pve9", "k1", "box", "other"],
      [expect.stringContaining(`is no host: ${refused}`)],
    ]);
});

test.each([
  ["tags with dots and signs", { tags: ["v1.2", "c++"] }, ["node_pve1", "status_running", "tag_c__", "tag_v1_2"]],
  ["pools in pools", { pool: "lab/web" }, ["node_pve1", "pool_lab_web", "status_running"]],
  ["tags beyond all length", { tags: ["t".repeat(80)] }, ["node_pve1", "status_running"]],
  ["tags that would be something else", { tags: ["$(reboot)", "a:!b"] }, ["node_pve1", "status_running", "tag___reboot_", "tag_a__b"]],
  ["a guest that is off", { running: false }, ["node_pve1", "status_stopped"]],
] as const)("groups of %s", (_, more, groups) => {
  expect(load(guest(101, "web", more)).hosts.get("web")?.groups).toEqual(groups);
});

test.each([
  ["an address that is none", { address: "$(reboot)" }, { address: "web" }],
  ["a user that is none", { user: "-x; reboot" }, { address: "10.1.0.101" }],
  ["a user and an address", { user: "debian" }, { address: "10.1.0.101", user: "debian" }],
] as const)("%s", (_, more, login) => {
  expect(load(guest(101, "web", more)).hosts.get("web")?.login).toEqual({ connection: "ssh", become: true, ...login });
});

test("a group of the file stays the file's, and that is said", () => {
  const { groups, warnings } = load(guest(101, "web", { tags: ["mine"] }));
  expect(groups.get("tag_mine")?.hosts).toEqual(["k1"]);
  expect(warnings).toMatchObject([{ message: 'the file has a group "tag_mine" of its own: guests are not put into it', at: { line: 3 } }]);
});

const at = (address: string, more: Partial<GuestListed> = {}): Partial<GuestListed> => ({ address, ...more });
test.each([
  ["that two say of themselves is neither's", at("10.9.0.1", { told: true }), at("10.9.0.1", { told: true }), []],
  ["that the cluster gave to one is not another's who claims it", at("10.9.0.1"), at("10.9.0.1", { told: true }), ["a"]],
  ["that the cluster gave twice is neither's", at("10.9.0.1"), at("10.9.0.1"), []],
  ["of one that is not chosen is nobody's", at("10.9.0.1"), at("10.9.0.1", { running: false }), ["a"]],
  ["of a host of the file is not a guest's who claims it", at("10.0.0.12", { told: true }), at("10.9.0.2", { told: true }), ["b"]],
  ["of a device, neither", at("10.0.0.1", { told: true }), at("10.9.0.2", { told: true }), ["b"]],
])("an address %s", (...[, first, second, left]) => {
  const sources = "[{ proxmox: pve1 }]";
  const inventory = written(sources);
  const { hosts, warnings } = liveOf(inventory, asked(inventory, [guest(101, "a", first), guest(102, "b", second)]));
  expect([...hosts.keys()]).toEqual(left);
  expect(warnings.filter(({ message }) => message.includes("is no host: its address"))).toHaveLength(2 - left.length - (second.running === false ? 1 : 0));
});

test("a host of the file keeps its groups, and is not looked for at another's address", () => {
  const { hosts, warnings } = load(guest(511, "k1", { address: "10.0.0.12", told: true, tags: ["x"] }));
  expect(hosts.get("k1")).toMatchObject({ login: { address: "10.0.0.11" }, groups: expect.arrayContaining(["tag_x"]) });
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('host "k1" is not looked for where proxmox pve1 has it: its address 10.0.0.12 is that of "box"'),
  ]);
});

test("two guests of one name are neither's", () => {
  const { hosts, warnings } = load(guest(101, "web"), guest(102, "web"));
  expect([hosts.has("web"), warnings.length]).toEqual([false, 2]);
});

test("a guest of the file's number in another cluster is another guest", () => {
  const sources = "[{ proxmox: pve1, only: all }, { proxmox: pve9, only: all }]";
  const inventory = written(sources);
  const answers = asked(inventory, [guest(511, "k1", { tags: ["here"] })], [guest(511, "away", { node: "pve9", address: "10.9.0.9" })]);
  const { hosts } = loadInventory({ file, text: text(sources), live: liveOf(inventory, answers) });
  expect([hosts.get("k1")?.groups, hosts.get("k1")?.live, hosts.get("away")?.live]).toEqual([
    ["kube", "node_pve1", "status_running", "tag_here", "tag_mine"],
    undefined,
    true,
  ]);
});

test("guests without an address are told in one line", () => {
  const { warnings } = load(...["a", "b", "c"].map((name, index) => ({ id: 101 + index, name, node: "pve1", running: true, tags: [] })));
  expect(warnings.map(({ message }) => message)).toEqual(["no address is known of a, b, c: reached by name"]);
});

test.each([
  ["a node that is not there", "[{ proxmox: pvee1 }]", 'the source "pvee1" is no host of this inventory', 'did you mean "pve1"?'],
  [
    "a host that is no node",
    "[{ proxmox: box }]",
    'nothing says how to ask the Proxmox API of host "box"',
    "write proxmox: { token: !secret NAME, fingerprint: … } for it or its group",
  ],
  [
    "one cluster twice",
    "[{ proxmox: pve1 }, { proxmox: pve1 }]",
    'the cluster of "pve1" is asked through "pve1" already',
    "any node answers for its whole cluster: name one of them",
  ],
  ["a word that is none", "[{ proxmox: pve1, onyl: all }]", 'unknown key "onyl" in sources.0', 'did you mean "only"?'],
  ["no list", "{ proxmox: pve1 }", undefined, undefined],
  ["an empty list", "[]", undefined, undefined],
])("%s is refused at its line", (...[, sources, message, hint]) => {
  const problem = { at: { file, line: 3 }, ...(message !== undefined && { message }), ...(hint !== undefined && { hint }) };
  expect(() => written(sources)).toThrow(
    expect.objectContaining({ problems: [expect.objectContaining({ ...problem, at: expect.objectContaining(problem.at) })] }),
  );
});

test("not asked, a group may be made of what only a source has; asked, of a source's groups only", () => {
  const groups = "  later: { lan: 40 }\n";
  const loose = loadInventory({ file, text: text(one, groups).replace("kube: [k1]", "kube: [tag_web, wbe]") });
  expect(loose.groups.get("kube")?.hosts).toEqual([]);
  expect(() =>
    loadInventory({ file, text: text(one, groups).replace("kube: [k1]", "kube: [tag_web, wbe]"), live: { hosts: new Map(), groups: new Map(), warnings: [] } }),
  ).toThrow(/"wbe"/);
});
