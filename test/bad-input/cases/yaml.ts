// YAML that does not say what its author means.
import { type Case, hosts } from "../project.ts";

const vars = (...lines: readonly string[]) => hosts("  web1:", "    vars:", ...lines.map((line) => `      ${line}`));
const nul = "format: 1\nhosts:\n  web1: {}\n  we\0b: {}\n";

export const yamlCases: readonly Case[] = [
  { row: 5, name: "duplicate key", files: hosts("  web1: { lan: 1 }", "  web2: { lan: 2 }", "  web1: { lan: 3 }") },
  { row: 6, name: "tab", files: hosts("  web1:", "\tlan: 1") },
  { row: 7, name: "unclosed bracket", files: hosts("  web1: { lan: 1", "  web2: { lan: 2 }") },
  { row: 7, name: "unclosed list", files: { "inventory.yaml": "format: 1\nhosts:\n  web1: {}\ngroups:\n  web: [web1\n  db: [web1]\n" } },
  { row: 7, name: "unclosed quote", files: hosts('  web1: { mac: "92:6c:9a:65:20:23 }', "  web2: { lan: 2 }") },
  { row: 7, name: "a bracket too many", files: hosts("  web1: { lan: 1 }}", "  web2: { lan: 2 }") },
  { row: 8, name: "two documents", files: { "inventory.yaml": "format: 1\nhosts: { a: {} }\n---\nformat: 1\nhosts: { b: {} }\n" } },
  { row: 9, name: "mode", files: vars("mode: 0644", "all: 0777") },
  { row: 10, name: "version", files: vars("version: 1.10") },
  { row: 10, name: "colons", files: hosts("  web1: { mac: 11:22:33:44:55:66 }") },
  { row: 11, name: "yes and no", files: hosts("  web1: { become: yes, vm: { agent: no } }") },
  { row: 12, name: "unknown tags", files: vars("a: !vault x", "b: !!js/function 'return 1'", "c: !secret") },
  { row: 13, name: "prototype keys", files: vars("__proto__: { polluted: yes }", "constructor: 1") },
  { row: 14, name: "a number beyond 2^53", files: vars("serial: 9007199254740993", "big: 1e999") },
  { row: 15, name: "merge keys", files: { "inventory.yaml": "format: 1\ndefaults: &d { user: me }\nhosts:\n  web1: { <<: *d }\n" } },
  { row: 15, name: "an alias without its anchor", files: hosts("  web1: *nobody") },
  { row: 16, name: "not UTF-8", files: { "inventory.yaml": Uint8Array.from([...Buffer.from("format: 1\nhosts:\n  caf"), 0xe9, ...Buffer.from(": {}\n")]) } },
  { row: 16, name: "a NUL byte", files: { "inventory.yaml": nul } },
  { row: 16, name: "a byte order mark inside", files: { "inventory.yaml": "format: 1\nhosts:\n  \uFEFFweb1: {}\n" } },
  {
    row: 16,
    name: "CRLF and a leading byte order mark are accepted",
    exit: 0,
    files: { "inventory.yaml": "\uFEFFformat: 1\r\nplaybook: site.yaml\r\nhosts:\r\n  web1: {}\r\n" },
  },
  { row: 16, name: "UTF-16", files: { "inventory.yaml": Buffer.from("\uFEFFformat: 1\nhosts: {}\n", "utf16le") } },
  { row: 17, name: "empty", files: { "inventory.yaml": "" } },
  { row: 17, name: "only comments", files: { "inventory.yaml": "# hosts go here\n" } },
  { row: 17, name: "no hosts", files: { "inventory.yaml": "format: 1\nhosts: {}\n" } },
  { row: 17, name: "hosts without a value", files: { "inventory.yaml": "format: 1\nhosts:\n" } },
  { row: 17, name: "text", files: { "inventory.yaml": "hello\n" } },
];
