// Contradictions of a lab, found by what hlx's own roles say of themselves: names in BIND, stacks of containers, leases.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findingsOf } from "../../src/inventory/findings/findings.ts";
import { readInventory } from "../../src/inventory/read.ts";
import { contributionsOf } from "../../src/playbook/contributions.ts";
import { lookupsIn } from "../../src/playbook/inputs/resolve.ts";
import { loadPlaybook } from "../../src/playbook/load.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-own-roles-"));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  "inventory.yaml": `format: 1
playbook: site.yaml
networks:
  lan: { cidr: 192.168.1.0/24, gateway: 1, domain: home, dns: [dns01], ranges: { dhcp: 150-239 }, records: { "*": ocean } }
hosts:
  dns01: { lan: 2 }
  ocean: { lan: 143 }
devices:
  us-48: { lan: 240, mac: "aa:00:00:00:00:01" }
  us-8: { lan: 242 }
`,
  "site.yaml": `- hosts: dns01
  roles:
    - bind:
        zones:
          home: { from: lan, records: { printer: 192.168.1.12 } }
          1.168.192.in-addr.arpa: { from: lan, records: { "240": { type: PTR, data: us-8.home. } } }
    - dhcp: { networks: [lan], ddns: bind }
- hosts: ocean
  roles:
    - docker
    - compose: { stacks: { chat: {}, plex: {}, n8n: {} } }
`,
  "stacks/chat/compose.yaml": `services:
  chat:
    image: chat:1
    ports: ["5678:80"]
    networks: [shared]
    environment:
      WEBUI_SECRET_KEY: abcdef123456
      OLLAMA_URL: http://ocaen.home:11434
networks:
  shared: { external: true, name: n8n_shared }
`,
  "stacks/plex/compose.yaml": `services:
  plex: { image: "plex:1", ports: ["32400:32400", "32412-34414:32412-34414/udp"] }
`,
  "stacks/n8n/compose.yaml": `services:
  n8n: { image: "n8n:1", ports: ["5678:5678"] }
`,
};

async function found(): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const inventory = await readInventory(folder, { cwd: folder });
  const { uses, roles } = await loadPlaybook({ file: inventory.playbook ?? "", inventory });
  const findings = findingsOf(inventory, await contributionsOf({ uses, roles, inventory, lookups: lookupsIn({ inventory, fetch }) }));
  return findings.map(({ level, at, message, hint = "" }) => `${level} ${basename(at?.file ?? "")}:${at?.line} ${message} | ${hint}`);
}

test.each([
  [
    "reverse that disagrees with forward",
    /^warning site.yaml:6 reverse says that 192\.168\.1\.240 is us-8\.home, forward disagrees: us-8\.home is 192\.168\.1\.242/,
  ],
  ["an address that reverse has no name for", /^warning site.yaml:5 printer\.home is 192\.168\.1\.12, and reverse has no name for it/],
  ["leases whose names nobody takes", /^warning site.yaml:7 dhcp needs the zone dhcp\.home, open to updates with the key hlx-dhcp/],
  ["a port that two stacks publish", /^error compose.yaml:\d+ port 5678\/tcp of host "ocean" is published by service (chat|n8n)/],
  ["a range of ports that is mistyped", /^warning compose.yaml:2 service plex of stack plex publishes 2003 ports, 32412–34414\/udp/],
  ["a network of a stack that nobody makes", /^warning site.yaml:11 stack chat needs network n8n_shared/],
  ["a secret in clear", /^warning compose.yaml:7 "WEBUI_SECRET_KEY" stands here in clear/],
  ["a name that a wildcard hides", /^warning compose.yaml:8 this line names ocaen\.home, .*the wildcard \*\.home hides that.*did you mean "ocean\.home"/],
])("%s", async (_, expected) => expect(await found()).toContainEqual(expect.stringMatching(expected)));
