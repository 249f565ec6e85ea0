// Inventories that parse, and are wrong.
import { type Case, hosts } from "../project.ts";

const networks = (...lines: readonly string[]) => ({ "inventory.yaml": ["format: 1", "networks:", ...lines, "hosts: { web1: {} }", ""].join("\n") });
const groups = (...lines: readonly string[]) => ({
  "inventory.yaml": ["format: 1", "playbook: site.yaml", "hosts: { web1: {}, web2: {} }", "groups:", ...lines, ""].join("\n"),
});

export const inventoryCases: readonly Case[] = [
  { row: 1, name: "unknown key", files: hosts("  web1: { adress: 10.0.0.1 }") },
  { row: 1, name: "unknown section", files: { "inventory.yaml": "format: 1\nhsots:\n  web1: {}\n" } },
  { row: 1, name: "unknown network", files: hosts("  web1: { lna: 1 }", "  web2: { dmz: 4 }") },
  { row: 2, name: "missing required", files: { "inventory.yaml": "networks:\n  lan: {}\n" } },
  { row: 3, name: "a quoted port", files: hosts('  web1: { port: "22" }') },
  { row: 4, name: "ports out of range", files: hosts("  web1: { port: 99999 }", "  web2: { port: -1 }", "  web3: { port: 22.5 }") },
  { row: 18, name: "unknown group", files: groups("  web: { hosts: web* }", "  site: { children: [wbe] }", "  more: [web, wbe9]") },
  { row: 18, name: "a pattern without a match", files: groups("  web: wbe*", "  two: web[5]") },
  { row: 19, name: "groups in a circle", files: groups("  a: [b]", "  b: [c]", "  c: [a]", "  d: [a]") },
  {
    row: 20,
    name: "two groups disagree",
    exit: 0,
    files: groups("  here: { hosts: web*, vars: { ntp: a } }", "  there: { hosts: web1, vars: { ntp: b } }", "  same: { hosts: web2, vars: { ntp: a } }"),
  },
  {
    row: 20,
    name: "a deeper group and the host itself settle it",
    exit: 0,
    files: {
      "inventory.yaml":
        "format: 1\nplaybook: site.yaml\nhosts: { web1: { vars: { ntp: c } }, web2: {} }\ngroups:\n  x: { hosts: web1, vars: { ntp: a } }\n  y: { hosts: web1, vars: { ntp: b } }\n  up: { children: [low], vars: { dns: a } }\n  low: { hosts: web2, vars: { dns: b } }\n",
    },
  },
  { row: 21, name: "a variable that is not there", files: hosts('  web1: { vars: { domain: home, url: "http://${domian}/" } }') },
  { row: 22, name: "variables in a circle", files: hosts("  web1:", "    vars:", "      a: ${b}", "      b: ${c}", "      c: x${a}") },
  {
    row: 23,
    name: "networks",
    files: networks(
      "  a: { cidr: 10.0.0.1/33 }",
      "  b: { cidr: 10.0.0.1/24 }",
      "  c: { cidr: lan }",
      "  d: { cidr: 10.0.0.0/24, gateway: 300 }",
      "  e: { cidr: 10.1.0.0/24, ranges: { dhcp: 90-10 } }",
    ),
  },
  {
    row: 23,
    name: "addresses",
    files: hosts(
      "  web1: { lan: 10.0.1.1 }",
      "  web2: { lan: 0 }",
      "  web3: { lan: 255 }",
      "  web4: { lan: 999 }",
      '  web5: { address: "[fe80::1]:22" }',
      "  web6: { address: 10.0.0.300 }",
      "  web7: { lan: nine }",
    ),
  },
  { row: 23, name: "an address given twice", files: hosts("  web1: { lan: 1 }", "  web2: { lan: 10.0.0.1 }") },
  { row: 24, name: "host names", files: hosts('  "web 1": {}', "  -web: {}", '  "web\\n2": {}', '  "wéb": {}', "  web_3: {}") },
  {
    row: 25,
    name: "a password in clear text",
    files: {
      "inventory.yaml": "format: 1\nhosts:\n  web1: { password: hunter2 }\n  web2: { becomePassword: hunter2, proxmox: { token: root@pam!x=hunter2 } }\n",
    },
  },
  {
    row: 1,
    name: "form and meaning are told together",
    files: {
      "inventory.yaml":
        "format: 1\nnetworks:\n  lan: { cidr: 10.0.0.0/24 }\n  bad: { cidr: 10.0.0.1/24, gatway: 1 }\nhosts:\n  web1: { lan: 1, prot: 22 }\n  web2: { lan: 300 }\n  web3: { lan: 1, bad: 4 }\ngroups:\n  web: wbe*\n  all: web1\n",
    },
  },
  { row: 1, name: "more than a screen", files: hosts(...Array.from({ length: 30 }, (_, index) => `  web${index}: { lan: 300, prot: 1 }`)) },
  { row: 1, name: "resolvers of a guest", files: hosts("  web1: { lan: 1, vm: { id: 101, dns: [web2, wbe2, 1.1.1.300, 9.9.9.9] } }", "  web2: { lan: 2 }") },
  {
    row: 1,
    name: "a section misspelt makes no errors of what refers to it",
    files: {
      "inventory.yaml":
        "format: 1\nplaybook: site.yaml\nnetwroks:\n  lan: { cidr: 10.0.0.0/24 }\nhosts:\n  web1: { lan: 1 }\n  web2: { lan: 2, connect: lan }\n",
    },
  },
  {
    row: 23,
    name: "a wrong network makes no errors of who is in it",
    files: {
      "inventory.yaml":
        "format: 1\nplaybook: site.yaml\nnetworks:\n  lan: { cidr: 10.0.0.1/24, dns: [web1] }\n  dmz: { cdir: 10.1.0.0/24 }\nhosts:\n  web1: { lan: 1, connect: lan }\n  web2: { dmz: 2, connect: dmz }\n",
    },
  },
];
