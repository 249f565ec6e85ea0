// What a file is, by its content.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { looksLike } from "../../src/playbook/looks-like.ts";

test.each([
  ["inventory", "format: 1\nhosts: {}\n"],
  ["inventory", "\ufeff# mine\n---\nall:\n  hosts:\n    a:\n"],
  ["inventory", "[web]\nocean ansible_host=1.2.3.4\n"],
  ["inventory", "ocean\n\n[web:children]\na\n"],
  ["inventory", '{ "_meta": {}, "web": ["a"] }'],
  ["playbook", "- hosts: all\n  roles: [base]\n"],
  ["playbook", "---\n# site\n- name: x\n  hosts: all\n"],
  ["playbook", "[{ hosts: all, roles: [] }]"],
  ["plan", '{ "format": 1, "units": [], "entries": [] }'],
  ["unknown", "- a\n- b\n"],
  ["unknown", "{ nonsense"],
  ["unknown", ""],
  ["playbook", readFileSync("playbooks/site.yaml", "utf8")],
] as const)("%s: %j", (looks, text) => {
  expect(looksLike(text)).toBe(looks);
});
