// One token of a valid project deleted, doubled, swapped or replaced: it is valid still, or refused at a place inside of its files, readably.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Files, inProcess, type Said, writeProject } from "./project.ts";

const project: Files = {
  "inventory.yaml": `format: 1
playbook: site.yaml
networks:
  lan: { cidr: 10.0.0.0/24, gateway: 1, domain: home, dns: [web1, 9.9.9.9], ranges: { dhcp: 100-199 } }
images: { debian12: { template: 9999 } }
defaults: { user: debian, port: 22, become: true }
hosts:
  web1: { lan: 1, mac: "92:6c:9a:65:20:23", connect: lan }
  web2: { lan: 2, vars: { domain: home, url: "http://\${domain}/" } }
  node1: { lan: 3, proxmox: { pci: { gpu: "42:00" }, token: !secret proxmox.token } }
  db1: { address: db.example, aliases: [db], password: !secret db.password, vm: { id: 101, node: node1, image: debian12, storage: fast, disk: 8G, pci: [gpu], dns: [web1] } }
devices:
  gw: { lan: 4 }
groups:
  web: { hosts: web*, vars: { tier: front } }
  db: [db1]
  all_of_it: { children: [web, db], user: root }
`,
  "site.yaml": `- name: base
  hosts: all:!db
  serial: 1
  tags: [a, b]
  roles:
    - base: { timezone: Europe/Berlin, extraPackages: [htop], sshd: { passwordLogin: false } }
      tags: c
- hosts: [web, db1]
  after: [{ role: base, hosts: web1 }]
  roles:
    - base: {}
      as: again
`,
};

const junk = [
  "",
  "__proto__",
  "[",
  "}",
  ": ",
  "\n",
  "99999999999999999999",
  "*",
  "&a",
  "!x",
  "${x}",
  "~",
  "null",
  "\t",
  "-",
  "constructor",
  "0644",
  "\u0000",
  '"',
  "#",
];

interface Mutation {
  readonly file: string;
  readonly text: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.constantFrom(...Object.keys(project)).chain((file) => {
  const tokens: readonly string[] = String(project[file]).match(/\w+|\s+|[^\w\s]/g) ?? [];
  const index = fc.nat(tokens.length - 1);
  const edited = (edit: (at: number, other: number, word: string) => readonly string[]) =>
    fc.tuple(index, index, fc.constantFrom(...junk)).map((all) => edit(...all).join(""));
  const text = fc.oneof(
    edited((at) => tokens.toSpliced(at, 1)),
    edited((at) => tokens.toSpliced(at, 0, tokens[at] ?? "")),
    edited((at, other) => tokens.with(at, tokens[other] ?? "").with(other, tokens[at] ?? "")),
    edited((at, other) => tokens.with(at, tokens[other] ?? "")),
    edited((at, _, word) => tokens.with(at, word)),
  );
  return text.map((changed) => ({ file, text: changed }));
});

const folder = writeProject(project);

async function validated({ file, text }: Mutation): Promise<Said> {
  for (const [path, content] of Object.entries({ ...project, [file]: text })) writeFileSync(join(folder, path), content);
  return inProcess(folder, ["validate"]);
}

function expectReadable({ err, out, code }: Said, { text }: Mutation): void {
  const said = `${out}${err}`;
  expect(said).not.toMatch(/\n\s+at .*:\d+:\d+|\[object |\bundefined\b|\bNaN\b|fault of hlx/);
  expect(said).not.toContain(folder);
  expect(["", ...text.split("\n")].length > 1 || code === 1).toBe(true);
  if (code !== 0)
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^(inventory\.yaml|site\.yaml):\d+:\d+: |^error: (cannot read the playbook|pattern|there is no|no playbook)/m),
    ]);
  for (const [, name = "", line] of err.matchAll(/^\s*(inventory\.yaml|site\.yaml):(\d+):\d+: /gm)) {
    const lines = Math.max(text.split("\n").length, String(project[name]).split("\n").length);
    expect(Number(line)).toBeLessThanOrEqual(lines);
  }
}

test("the project without a mutation is valid", async () => {
  expect(await inProcess(folder, ["validate"])).toMatchObject({ code: 0, err: "" });
});

test("2,000 mutations of one token are valid, or refused readably at a place inside of the files", async () => {
  const property = fc.asyncProperty(mutation, async (mutated) => expectReadable(await validated(mutated), mutated));
  await fc.assert(property, { numRuns: 2000, verbose: fc.VerbosityLevel.None });
}, 120_000);

test.each([
  "error: x\n    at f (/a/b.ts:1:2)\n",
  "inventory.yaml:1:1: got [object Object]\n",
  "inventory.yaml:1:1: undefined\n",
  "inventory.yaml:99:1: x\n",
  `${folder}\n`,
])("would be seen: %j", (err) => expect(() => expectReadable({ folder, out: "", err, code: 1 }, { file: "inventory.yaml", text: "format: 1\n" })).toThrow());
