// Ansible's inventories: hosts, groups, and the values that count. What is expected was printed by ansible-inventory (ansible-core 2.19).
import { describe, expect, test } from "vitest";
import { listHosts } from "../../../src/inventory/read.ts";
import { graphText, listJson } from "../../../src/inventory/views.ts";
import { folderOf, load, varsOf } from "./files.ts";

const names: readonly (readonly [written: string, hosts: readonly string[]])[] = [
  ["n[1:3]", ["n1", "n2", "n3"]],
  ["n[08:10].lan", ["n08.lan", "n09.lan", "n10.lan"]],
  ["n[:2]", ["n0", "n1", "n2"]],
  ["r-[a:e:2]-x", ["r-a-x", "r-c-x", "r-e-x"]],
  ["u[y:B]", ["uy", "uz", "uA", "uB"]],
  ["a[1:2]b[c:d]", ["a1bc", "a1bd", "a2bc", "a2bd"]],
  ["10.0.0.[8:9]:22", ["10.0.0.8", "10.0.0.9"]],
  ["::1", ["::1"]],
  ["[fe80::1]:22", ["fe80::1"]],
  ["žluť", ["žluť"]],
];

describe("a host line", () => {
  test.each(names)("%s", async (written, hosts) => expect([...(await load({ "h.ini": written })).hosts.keys()]).toEqual(hosts));
  test("may carry a port", async () => expect((await load({ "h.ini": "[::1]:2222\n" })).hosts.get("::1")?.login.port).toBe(2222));
  test("gives its variables to a host that is there already", async () => {
    const inventory = await load({ "h.ini": "[a]\nx v=1 w=1\n[b]\nx v=2\n" });
    expect(varsOf(inventory, "x")).toEqual({ v: 2, w: 1 });
  });
});

const yaml = `all:
  vars: { site: lab }
  hosts:
    "n[1:2]:2222": { x: 1 }
    n2: { y: yes }
  children:
    w: { hosts: n1, children: sub }
    sub: { hosts: { "b[01:02]": null }, vars: { site: sub } }
alone:
`;

describe("a YAML inventory", () => {
  test("has ranges, short forms and empty groups", async () => {
    const inventory = await load({ "h.yml": yaml });
    expect(varsOf(inventory, "n2")).toEqual({ site: "lab", ansible_port: 2222, x: 1, y: true });
    expect(varsOf(inventory, "b02")).toEqual({ site: "sub" });
    expect(inventory.hosts.get("n1")?.groups).toEqual(["w"]);
  });
  test("has anchors and merge keys", async () => {
    const text = "all:\n  hosts:\n    a: &a { v: 1, w: 1 }\n    b: *a\n    c: { w: 2, <<: *a }\n";
    const inventory = await load({ "h.yml": text });
    expect([varsOf(inventory, "b"), varsOf(inventory, "c")]).toEqual([
      { v: 1, w: 1 },
      { v: 1, w: 2 },
    ]);
  });
  test("is drawn and listed as ansible-inventory does", async () => {
    const inventory = await load({ "h.yml": yaml });
    expect(graphText(inventory)).toBe(
      "@all:\n  |--@ungrouped:\n  |  |--n2\n  |--@w:\n  |  |--@sub:\n  |  |  |--b01\n  |  |  |--b02\n  |  |--n1\n  |--@sub:\n  |  |--b01\n  |  |--b02\n  |--@alone:\n",
    );
    expect(listJson(inventory)).toMatchObject({ all: { children: ["ungrouped", "w", "sub", "alone"] }, w: { hosts: ["n1"], children: ["sub"] } });
  });
  test("may be JSON", async () => expect(varsOf(await load({ "h.json": '{"web":{"hosts":{"a":{"b":true}}}}' }), "a")).toEqual({ b: true }));
});

const layered = {
  "inv/h.ini":
    "[all:vars]\na=inv-all\nb=inv-all\nc=inv-all\nd=inv-all\n[p:children]\nc1\nc2\n[p:vars]\nb=p\n[c1]\nh e=line f=line\n[c2]\nh\n[c1:vars]\ng=c1\n[c2:vars]\ng=c2\n",
  "inv/group_vars/all.yml": "a: file-all\nc: file-all\n",
  "inv/group_vars/c1/z.yml": "c: z\nm: { one: 1 }\n",
  "inv/group_vars/c1/a.yml": "c: a\n",
  "inv/group_vars/c1/x.txt": "c: txt\n",
  "inv/group_vars/c1/.h.yml": "c: hidden\n",
  "inv/group_vars/c2": "m: { two: 2 }\n",
  "inv/host_vars/h.json": '{"e": "file"}',
  "play/group_vars/all.yml": "d: play-all\nc: play-all\n",
  "play/host_vars/h/sub/x.yaml": "f: play\n",
};

describe("the value that counts", () => {
  test("is Ansible's, from all to the host, files over lines, the playbook's over the inventory's", async () => {
    const cwd = folderOf(layered);
    const inventory = await load(layered, { sources: ["inv/h.ini"], playbookFolder: `${cwd}/play` });
    expect(varsOf(inventory, "h")).toEqual({ a: "file-all", b: "p", c: "z", d: "play-all", e: "file", f: "play", g: "c2", m: { two: 2 } });
  });
  test("is that of -e before all others", async () => {
    const inventory = await load(layered, { sources: ["inv/h.ini"], overrides: new Map([["e", "cli"]]) });
    expect(inventory.hosts.get("h")?.sources["e"]).toMatchObject({
      value: "cli",
      layer: "-e",
      lost: [
        { value: "file", layer: "host_vars/h" },
        { value: "line", layer: "host" },
      ],
    });
  });
  test("says where it stands, and what it overruled", async () => {
    const inventory = await load(layered, { sources: ["inv/h.ini"] });
    expect(inventory.hosts.get("h")?.sources["b"]).toMatchObject({
      layer: "group p",
      at: { line: 10, column: 1 },
      lost: [{ value: "inv-all", layer: "group all" }],
    });
  });
  test("follows ansible_group_priority, which is no variable", async () => {
    const text = "[a]\nh\n[b]\nh\n[a:vars]\nansible_group_priority=5\nv=a\n[b:vars]\nv=b\n";
    expect(varsOf(await load({ "h.ini": text }), "h")).toEqual({ v: "a" });
    expect(varsOf(await load({ "h.ini": text.replace("=5", "=1") }), "h")).toEqual({ v: "b" });
  });
  test("is that of the deeper group", async () => {
    const text = "[a:children]\nb\n[b]\nh\n[z]\nh\n[b:vars]\nv=deep\n[z:vars]\nv=z\n";
    expect(varsOf(await load({ "h.ini": text }), "h")).toEqual({ v: "deep" });
  });
});

describe("several sources", () => {
  const files = { "a.ini": "[web]\nx v=a\n[web:vars]\ng=a\n", "b.ini": "[web]\nx v=b\ny\n[web:vars]\ng=b\n" };
  test.each([
    [["a.ini", "b.ini"], { v: "b", g: "b" }],
    [["b.ini", "a.ini"], { v: "a", g: "a" }],
  ])("%j: the later one is stronger", async (sources, vars) => expect(varsOf(await load(files, { sources }), "x")).toEqual(vars));
  test("are also a folder, by name, without backups, texts and variables", async () => {
    const inventory = await load(
      {
        "i/1.ini": "[web]\nx v=1\n",
        "i/2.yml": "web: { hosts: { x: { v: 2 } } }",
        "i/3.bak": "bad",
        "i/4~": "bad",
        "i/.5": "bad",
        "i/README.md": "bad",
        "i/group_vars/web": "g: 1",
      },
      { sources: ["i"] },
    );
    expect([...inventory.hosts.keys()]).toEqual(["x"]);
    expect(varsOf(inventory, "x")).toEqual({ v: 2, g: 1 });
  });
  test("are also a list, in which a port may stand", async () => {
    const inventory = await load({}, { sources: ["b, a:22,"] });
    expect([...inventory.hosts.values()].map(({ login }) => [login.address, login.port])).toEqual([
      ["b", undefined],
      ["a", 22],
    ]);
  });
});

describe("a pattern", () => {
  const text = "[a]\nh[1:3]\n[b]\nh3\nh2\n[none]\n";
  test.each([
    ["a[1:]", ["h2", "h3"]],
    ["b", ["h3", "h2"]],
    ["none", []],
    ["a[9]", []],
    ["localhost", ["localhost"]],
  ])("lists %s as Ansible does", async (pattern, hosts) => expect(listHosts(await load({ "h.ini": text }), pattern, "/")).toEqual(hosts));
  test.each(["none", "a[9]", "localhost", "nosuch"])("that chooses hosts refuses %s", async (pattern) => {
    const inventory = await load({ "h.ini": text });
    expect(() => inventory.select(pattern)).toThrow(pattern);
  });
});
