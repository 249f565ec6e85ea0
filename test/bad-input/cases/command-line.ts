// Command lines that cannot be meant.
import { type Case, hosts } from "../project.ts";

const role = "- hosts: all\n  roles: [base]\n";

export const commandLineCases: readonly Case[] = [
  { row: 37, name: "unknown command", files: {}, argv: ["plna"] },
  { row: 37, name: "unknown option", files: {}, argv: ["plan", "--limt", "web"] },
  { row: 38, name: "a limit without a match", files: {}, argv: ["validate", "--limit", "wbe*"] },
  { row: 38, name: "an empty limit", files: {}, argv: ["validate", "--limit", ""] },
  { row: 38, name: "a limit that leaves nobody", files: {}, argv: ["validate", "-l", "web:!all"] },
  { row: 38, name: "a limit file that is not there", files: {}, argv: ["validate", "-l", "@retry"] },
  { row: 38, name: "tags that nothing has", files: {}, argv: ["validate", "--tags", "bse"] },
  { row: 40, name: "nobody to ask", files: {}, argv: ["apply"] },
  { row: 40, name: "a plan to be saved in a folder that is not there", files: {}, argv: ["plan", "-o", "plans/monday.plan"] },
  { row: 37, name: "forks", files: {}, argv: ["plan", "--forks", "abc"] },
  { row: 37, name: "timeout", files: {}, argv: ["ping", "--timeout", "0"] },
  { row: 37, name: "allow everything", files: {}, argv: ["apply", "-y", "--allow", "everything"] },
  { row: 37, name: "a file that is not there", files: {}, argv: ["validate", "inventry.yaml"] },
  { row: 37, name: "a playbook as inventory", files: {}, argv: ["apply", "-y", "site.yaml"] },
  { row: 37, name: "an inventory as playbook", files: {}, argv: ["validate", "-p", "inventory.yaml"] },
  { row: 37, name: "a playbook that is not there", files: {}, argv: ["validate", "-p", "sites.yaml"] },
  { row: 37, name: "a folder as playbook", files: { "roles/x/role.ts": "" }, argv: ["validate", "-p", "roles"] },
  { row: 37, name: "the inventory names a playbook that is not there", files: { "inventory.yaml": "format: 1\nplaybook: stie.yaml\nhosts: { web1: {} }\n" } },
  { row: 37, name: "no playbook anywhere", files: { "inventory.yaml": "format: 1\nhosts: { web1: {} }\n" } },
  { row: 37, name: "extra variables", files: {}, argv: ["validate", "-e", "port"] },
  { row: 37, name: "extra variables of the wrong type", files: {}, argv: ["validate", "-e", "port=abc", "-e", "become=yes"] },
  { row: 37, name: "extra variables from nowhere", files: {}, argv: ["validate", "-e", "@vars.json"] },
  { row: 37, name: "extra variables that are no JSON", files: { "vars.json": "{ port: 1\n" }, argv: ["validate", "-e", "@vars.json"] },
  { row: 37, name: "a key file that is not there", files: {}, argv: ["ping", "--private-key", "id_nobody"] },
  {
    row: 37,
    name: "a saved plan as inventory",
    files: { "monday.plan": "{}", "x.plan": '{ "format": 1, "units": [], "entries": [] }' },
    argv: ["validate", "x.plan"],
  },
  { row: 37, name: "a file that is no plan", files: { "monday.plan": "{}" }, argv: ["show", "monday.plan"] },
  {
    row: 37,
    name: "as data",
    files: hosts("  web1: { lan: 1, prot: 22 }", "  web2: { lan: 1 }", "  web3: { password: hunter2 }"),
    argv: ["validate", "--json"],
  },
  { row: 37, name: "binary", files: { "inventory.yaml": Uint8Array.from({ length: 64 }, (_, index) => (index * 7) % 256) } },
  { row: 37, name: "two hosts, one word too many", files: { "site.yaml": role }, argv: ["validate", "inventory.yaml", "web1"] },
  { row: 37, name: "an inventory of a host that is not there", files: {}, argv: ["inventory", "--host", "wbe1"] },
  { row: 37, name: "a schema that is not there", files: {}, argv: ["schema", "inventry"] },
];
