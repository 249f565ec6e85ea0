// The microk8s role: who joins whom, in which order, and what it refuses before anything connects.
import { describe, expect, test } from "vitest";
import microk8s from "../../roles/microk8s/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Device, Host, Network } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { InventoryView, LookAnswer } from "../../src/model/role.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { Command } from "../../src/resources/command/desired.ts";
import type { Microk8sNode } from "../../src/resources/microk8s-node/desired.ts";
import { kinds } from "../../src/resources/registry.ts";
import type { Snap } from "../../src/resources/snap/desired.ts";

const login = { connection: "ssh", address: "x", become: true };
const hostOf = (name: string, lan: string): Host => ({ name, login, groups: [], addresses: { lan }, vars: {}, sources: {} });
const all = ["kube501", "kube502", "kube503", "kube511", "kube512"].map((name, index) => hostOf(name, `192.168.1.${51 + index}`));
const apiserver: Device = { name: "apiserver", addresses: { lan: "192.168.1.99" } };
const lan: Network = { name: "lan", cidr: "192.168.1.0/24", dns: [], ranges: { metallb: { from: "192.168.1.64", to: "192.168.1.95" } } };

function view(control = 3): InventoryView {
  return {
    hosts: new Map(all.map((host) => [host.name, host])),
    groups: new Map(),
    devices: new Map([["apiserver", apiserver]]),
    networks: new Map([["lan", lan]]),
    select: () => all.slice(0, control),
  };
}

/** What control planes print; undefined: it could not be asked. */
type Seen = Readonly<Record<string, string | undefined>>;

const answers = (seen: Seen): Readonly<Record<string, LookAnswer>> =>
  Object.fromEntries(
    Object.entries(seen).map(([host, printed]): [string, LookAnswer] => [
      host,
      printed === undefined ? { look: "failed", because: { code: "unreachable", message: "no route" } } : { look: "answered", printed },
    ]),
  );

function asking(name: string, given: object = {}, { control = 3, seen = {} }: { readonly control?: number; readonly seen?: Seen } = {}) {
  const params = withDefaults({ channel: "1.32/stable", control: "control", ...given }, microk8s.params) as never;
  expect(validateValue(params, microk8s.params, () => undefined, "microk8s")).toEqual([]);
  const host = all.find((one) => one.name === name) as Host;
  return { params, host, inventory: view(control), facts: { hostname: name.toUpperCase() } as Facts, inputs: {}, seen: answers(seen) };
}

function declared(name: string, given: object = {}, control = 3): readonly Resource[] {
  const resources = microk8s.declare(asking(name, given, { control }));
  const schemaOf = (kind: string) => kinds.find((one) => one.kind === kind)?.schema ?? {};
  expect(resources.flatMap(({ kind, desired, id }) => validateValue(desired, schemaOf(kind), () => undefined, id))).toEqual([]);
  return resources;
}

const requires = (name: string, given: object = {}): unknown => (typeof microk8s.requires === "function" ? microk8s.requires(asking(name, given)) : []);
const desired = <Shape>(resources: readonly Resource[], kind: string): Shape => resources.find((one) => one.kind === kind)?.desired as Shape;
const findings = (given: object): readonly string[] =>
  (microk8s.claims?.(asking("kube501", given)) ?? []).flatMap((claim) => (claim.claim === "finding" ? [`${claim.level} ${claim.message}`] : []));

describe("the order", () => {
  test.each([
    ["the first waits for nobody", "kube501", {}, []],
    ["control planes wait for one another", "kube503", {}, ["kube502"]],
    ["workers wait for the last control plane", "kube512", {}, ["kube503"]],
    ["another one may be first", "kube501", { first: "kube502" }, ["kube502"]],
    ["one that leaves is no control plane any more", "kube503", { leave: ["kube501"] }, ["kube502"]],
  ])("%s", (_, ...[name, given, expected]) =>
    expect(requires(String(name), given as object)).toEqual((expected as readonly string[]).map((hosts) => ({ role: "microk8s", hosts }))),
  );

  test("the first is installed and is a node; another one is a node by being installed", () => {
    expect(declared("kube501", { vip: "apiserver" }).map(({ id }) => id)).toEqual([
      ...[
        "packages:snapd",
        "directory:/var/snap/microk8s/common",
        "file:/var/snap/microk8s/common/.microk8s.yaml",
        "snap:microk8s",
        "microk8s.node:kube501",
        "packages:openssl",
        "command:names in the API's certificate",
      ],
    ]);
    expect(declared("kube511").map(({ id }) => id)).toEqual(["packages:snapd", "microk8s.node:kube511", "snap:microk8s"]);
  });

  test("joins, refreshes and certificates are one at a time in the cluster", () => {
    const resources = declared("kube502", { names: ["kube.home"] }).filter(({ exclusive }) => exclusive === "microk8s kube501");
    expect(resources.map(({ kind }) => kind)).toEqual(["microk8s.node", "snap", "command"]);
  });

  test("the last control plane counts the votes, where there are three", () => {
    expect(declared("kube503").some(({ id }) => id === "command:three nodes hold the cluster's data")).toBe(true);
    expect(declared("kube502").some(({ id }) => id.startsWith("command:three"))).toBe(false);
    expect(declared("kube502", {}, 2).some(({ id }) => id.startsWith("command:three"))).toBe(false);
  });
});

describe("the first control plane is found", () => {
  const alone = "127.0.0.1:19001\n";
  const two = "192.168.1.52:19001\n192.168.1.53:19001\n";
  const seedOf = (name: string, seen: Seen, given: object = {}): string | undefined =>
    desired<Microk8sNode>(microk8s.declare(asking(name, given, { seen })), "microk8s.node").seed?.host;

  test.each<readonly [string, Seen, string | undefined, string | undefined]>([
    ["nobody is in a cluster", { kube501: alone, kube502: alone, kube503: "" }, undefined, "kube501"],
    ["two are, and the first of the inventory is in none", { kube501: alone, kube502: two, kube503: two }, "kube502", undefined],
    ["two are, and the first of the inventory does not answer", { kube502: two, kube503: two }, "kube502", undefined],
    ["all are", { kube501: `192.168.1.51:19001\n${two}`, kube502: `192.168.1.51:19001\n${two}`, kube503: two }, undefined, "kube501"],
    ["somebody is with strangers", { kube501: alone, kube502: "192.168.1.52:19001\n10.9.9.9:19001\n" }, undefined, "kube501"],
    ["one prints nonsense", { kube501: alone, kube502: "\u001b[2J not an address\n:::::\n" }, undefined, "kube501"],
  ])("where %s", (_, seen, ...expected) => expect([seedOf("kube501", seen), seedOf("kube502", seen)]).toEqual(expected));

  test("also where the other one of its cluster is to leave", () =>
    expect(seedOf("kube501", { kube501: alone, kube502: two, kube503: two }, { leave: ["kube503"] })).toBe("kube502"));

  test("unless one is named: then nobody is asked", () => {
    expect(seedOf("kube502", { kube502: two }, { first: "kube501" })).toBe("kube501");
    expect(microk8s.looks?.(asking("kube501", { first: "kube501" }))).toEqual({});
    expect(Object.keys(microk8s.looks?.(asking("kube512")) ?? {})).toEqual(["kube501", "kube502", "kube503"]);
  });

  describe("nobody begins a second one", () => {
    const holds = (seen: Seen, given: object = {}): unknown => microk8s.holds?.(asking("kube501", given, { seen }));

    test.each<readonly [string, Seen, object]>([
      ["all answer, and nobody is in one", { kube501: "", kube502: "", kube503: alone }, {}],
      ["one does not answer, and another one is in one", { kube501: undefined, kube502: two, kube503: two }, {}],
      ["nobody was asked: their keys are not known yet", {}, {}],
      ["the first one is named", { kube501: "", kube502: undefined, kube503: undefined }, { first: "kube501" }],
    ])("where %s, all is clear", (_, seen, given) => expect(holds(seen, given)).toBeUndefined());

    test("where the first one is new and the others do not answer, the role waits", () =>
      expect(holds({ kube501: "", kube502: undefined, kube503: undefined })).toEqual({
        because: expect.stringMatching(
          /^kube502, kube503 could not be asked, and may be in a cluster with others: a second one is not begun \(no route; no route\)$/,
        ),
        hint: expect.stringContaining("first: kube501"),
      }));

    test("also where the one that does not answer is to leave", () =>
      expect(holds({ kube501: "", kube502: "", kube503: undefined }, { leave: ["kube503"] })).toMatchObject({ because: expect.stringContaining("kube503") }));
  });

  test("and said; what is done once for the cluster stays where it was", () => {
    const now = (name: string) => asking(name, { addons: ["dns"] }, { seen: { kube502: two, kube503: two } });
    expect(microk8s.notes?.(now("kube502"))).toEqual([expect.stringContaining("kube502 is the first control plane, not kube501")]);
    expect(microk8s.notes?.(now("kube501"))).toEqual([]);
    expect(["kube501", "kube502"].map((name) => microk8s.declare(now(name)).some(({ id }) => id === "command:addon dns"))).toEqual([true, false]);
  });
});

describe("what is desired", () => {
  test("a member knows its seed, its role, and whom else it may be with", () =>
    expect(desired(declared("kube511", { vip: "apiserver", nodes: { kube511: { labels: { gpu: "true" } } } }), "microk8s.node")).toMatchObject({
      ...{ node: "kube511", role: "worker", address: "192.168.1.54", seed: { host: "kube501", address: "192.168.1.51" } },
      ...{ control: ["192.168.1.51", "192.168.1.52", "192.168.1.53"], names: ["192.168.1.99"], labels: { gpu: "true" } },
    }));

  test("a worker is drained by the first control plane, a control plane by itself", () => {
    const drainedBy = (name: string) => desired<Snap>(declared(name), "snap").before?.map(({ host }) => host);
    expect([drainedBy("kube511"), drainedBy("kube502")]).toEqual([["kube501"], [undefined]]);
  });

  test("a node that is all there is cannot be drained, only waited for", () =>
    expect(desired<Snap>(declared("kube501", {}, 1), "snap")).toEqual(expect.not.objectContaining({ before: expect.anything() })));

  test.each([
    ["a name", ["dns"], ["dns", "dns"]],
    ["a range of a network", [{ metallb: "lan.metallb" }], ["metallb", "metallb:192.168.1.64-192.168.1.95"]],
    ["an address", [{ dns: "192.168.1.2" }], ["dns", "dns:192.168.1.2"]],
    ["flags", [{ nvidia: ["--gpu-operator-driver", "host"] }], ["nvidia", "nvidia", "--gpu-operator-driver", "host"]],
  ])("an addon with %s", (_, addons, expected) =>
    expect(declared("kube501", { addons }).flatMap(({ id, desired: one }) => (id.startsWith("command:addon") ? [(one as Command).args] : []))).toEqual([
      expected,
    ]),
  );

  test("a host that leaves is only that", () =>
    expect(declared("kube512", { leave: ["kube512"] }).map(({ desired: one }) => one)).toMatchObject([{ absent: true, role: "worker" }]));
});

describe("before anything connects", () => {
  test.each([
    [
      "an address of the API inside a range",
      { vip: "192.168.1.70" },
      ['error the API\'s address 192.168.1.70 is inside the range "metallb" of network "lan": somebody else may get it'],
    ],
    ["one outside of all", { vip: "apiserver" }, []],
  ])("%s", (_, given, expected) => expect(findings(given)).toEqual(expected));

  test.each([
    ["a first that is no control plane", { first: "kube511" }, /"kube511" is none of the control planes/],
    ["an address of nobody", { vip: "apisrver" }, /"apisrver" is neither an address nor a host or device/],
    ["a range that is not there", { addons: [{ metallb: "lan.pool" }] }, /the network "lan" has no range "pool": metallb/],
    ["a network that nobody is in", { network: "wan" }, /kube501 has no address in the network "wan"/],
  ])("%s is refused", (_, given, expected) => expect(() => declared("kube501", given)).toThrow(expected));

  test("two control planes are said to be no more than one", () =>
    expect(microk8s.notes?.(asking("kube501", {}, { control: 2 }))).toEqual([expect.stringContaining("three hold the cluster's data")]));
});
