// Playbooks and roles that do not do what they should.
import { type Case, role } from "../project.ts";

const site = (...lines: readonly string[]) => ({ "site.yaml": [...lines, ""].join("\n") });
const wantsSecret = site("- hosts: all", "  roles:", "    - base: { users: { bob: { password: !secret bob.password } } }");
const withSecrets = { ...wantsSecret, "inventory.yaml": "format: 1\nplaybook: site.yaml\nsecrets: secrets.yaml\nhosts: { web1: {} }\n" };
const start = 'import { defineRole, file, service } from "hlx";';
const declaring = (...lines: readonly string[]) =>
  role(
    start,
    "export default defineRole({",
    '  name: "web", summary: "Web.", params: { type: "object", properties: {} },',
    "  declare({ host }) {",
    ...lines.map((line) => `    ${line}`),
    "  },",
    "});",
  );

export const playbookCases: readonly Case[] = [
  {
    row: 27,
    name: "form, roles, hosts and params are told together",
    files: site(
      "- hosts: wbe*",
      "  roles: [base]",
      "- hosts: web*",
      "  seral: 1",
      "  roles:",
      "    - base: { timezon: UTC }",
      "    - bsae",
      "    - base: {}",
      "      web: {}",
      "- roles: [base]",
    ),
  },
  { row: 1, name: "unknown key of a play", files: site("- host: all", "  roles: [base]") },
  { row: 1, name: "unknown param", files: site("- hosts: all", "  roles:", "    - base: { timezon: UTC, sshd: { rootLogin: maybe } }") },
  { row: 9, name: "a mode in params", files: site("- hosts: all", "  roles:", "    - base: { umask: 0022 }") },
  {
    row: 21,
    name: "a param that is missing",
    files: {
      ...site("- hosts: all", "  roles: [web]"),
      ...roleWith('params: { type: "object", required: ["domain"], properties: { domain: { type: "string" } } }'),
    },
  },
  {
    row: 27,
    name: "files that are not there",
    files: site("- hosts: all", "  roles:", "    - base: { users: { bob: { keys: keys/bob.pub }, amy: { keys: [keys/amy.pub] } } }"),
  },
  {
    row: 26,
    name: "secrets from nowhere",
    exit: 0,
    files: wantsSecret,
  },
  {
    row: 26,
    name: "a secrets file that is not there",
    exit: 0,
    files: withSecrets,
  },
  {
    row: 26,
    name: "a secrets file in plain text",
    files: { ...withSecrets, "secrets.yaml": "bob: { password: hunter2 }\n" },
  },
  {
    row: 27,
    name: "a playbook of Ansible",
    files: site("- hosts: all", "  become: true", "  tasks:", "    - name: x", "      apt: { name: htop }"),
  },
  { row: 27, name: "role not found", files: site("- hosts: all", "  roles: [bsae, base, webserver]") },
  {
    row: 28,
    name: "role throws at load",
    by: "node",
    files: role("type Port = number;", "function port(): Port {", '  throw new Error("no port");', "}", "port();", "export default 1;"),
  },
  {
    row: 28,
    name: "role throws while declaring",
    quotes: "of undefined",
    by: "declare",
    files: declaring("const port: number = host.vars.port.number;", "return [file({ path: `/etc/${port}` })];"),
  },
  { row: 29, name: "enum", by: "node", files: role("const a = 1;", "enum Colour { red }", "export default a;") },
  { row: 29, name: "namespace", by: "node", files: role("namespace A { export const b = 1; }", "export default A;") },
  {
    row: 30,
    name: "a project of CommonJS is accepted",
    by: "node",
    exit: 0,
    files: { ...declaring('return [file({ path: "/etc/a", content: host.name })];'), "package.json": '{ "type": "commonjs" }\n' },
  },
  { row: 31, name: "not a role", by: "node", files: role("export default { port: 80 };") },
  { row: 31, name: "a function", by: "node", files: role("export default function web() {}") },
  { row: 31, name: "declares no list", by: "declare", files: declaring('return file({ path: "/etc/a" }) as never;') },
  { row: 31, name: "declares undefined", by: "declare", files: declaring('return [undefined as never, file({ path: "/etc/a" })];') },
  { row: 31, name: "declares what is no resource", by: "declare", files: declaring('return [{ path: "/etc/a" } as never];') },
  { row: 32, name: "unknown option", by: "declare", files: declaring('return [file({ path: "/etc/a", contents: "x" } as never)];') },
  { row: 32, name: "a path where options belong", by: "declare", files: declaring('return [file("/etc/a" as never)];') },
  { row: 32, name: "a wrong mode", by: "declare", files: declaring('return [file({ path: "/etc/a", mode: "644" }), file({ path: "etc/b" })];') },
  {
    row: 33,
    name: "one path, two contents",
    by: "declare",
    files: declaring("return [", '  file({ path: "/etc/a", content: "x" }),', '  file({ path: "/etc/a", content: "y", mode: "0600" }),', "];"),
  },
  {
    row: 34,
    name: "roles in a circle",
    by: "node",
    files: {
      ...site("- hosts: all", "  roles:", "    - web", "- hosts: all", "  roles:", "    - db"),
      ...roleWith('params: {}, requires: [{ role: "db" }]'),
      ...roleWith('params: {}, requires: [{ role: "web" }]', "db"),
    },
  },
  {
    row: 34,
    name: "a requirement that nothing fulfils",
    by: "node",
    files: { ...site("- hosts: all", "  roles: [web]"), ...roleWith('params: {}, requires: [{ role: "db" }, { role: "cache", hosts: "web2" }]') },
  },
  {
    row: 35,
    name: "watching what is not declared",
    by: "declare",
    files: declaring('return [service({ unit: "nginx", reloadOn: ["file:/etc/a"] as never })];'),
  },
];

function roleWith(parts: string, name = "web"): Readonly<Record<string, string>> {
  return {
    [`roles/${name}/role.ts`]: `import { defineRole } from "hlx";\nexport default defineRole({ name: "${name}", summary: "It.", ${parts}, declare: () => [] });\n`,
  };
}
