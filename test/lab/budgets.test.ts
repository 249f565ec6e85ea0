// What a plan may cost, held with a counting proxy: it must not depend on the number of resources, except in bytes.
import { beforeAll, describe, expect, test } from "vitest";
import { roleOf } from "../../bench/tools/hlx.ts";
import { hostScript, w1 } from "../../bench/workload.ts";
import { type CountingProxy, startProxy } from "../../src/testing/proxy.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type Project, project } from "./project.ts";

const role = `import { defineRole, file, packages, service } from "hlx";

export default defineRole({
  name: "many",
  summary: "As many files as one likes, a package and a service.",
  params: { type: "object", additionalProperties: false, required: ["files"], properties: { files: { type: "integer" } } },
  declare: ({ params }) => [
    packages(["sudo"]),
    ...Array.from({ length: params.files }, (_, index) => file({ path: \`/etc/many/\${index}\`, content: \`content \${index}\\n\` })),
    service({ unit: "ssh" }),
  ],
});
`;

interface Cost {
  readonly roundTrips: number;
  readonly resources: number;
  readonly turns: number;
  readonly bytesUp: number;
  /** Processes started on the host, sshd's own included. */
  readonly processes: number;
}

let host: LabHost;
let proxy: CountingProxy;
let lab: Project;
const costs = new Map<number, Cost>();

function costOf(files: number): Promise<Cost> {
  return costOfRole(`many: { files: ${files} }`);
}

async function costOfRole(role: string): Promise<Cost> {
  lab.write("site.yaml", `- hosts: all\n  roles:\n    - ${role}\n`);
  const [turns, bytes, pid] = [proxy.turns(), proxy.bytesUp(), await lastPid()];
  const { stdout, stderr, code } = await lab.hlx("plan", "--json");
  if (code !== 0) throw new Error(stderr);
  const plan = JSON.parse(stdout) as { hosts: { roundTrips: number; resources: number }[] };
  const [seen] = plan.hosts;
  const processes = (await lastPid()) - pid;
  return { roundTrips: seen?.roundTrips ?? 0, resources: seen?.resources ?? 0, turns: proxy.turns() - turns, bytesUp: proxy.bytesUp() - bytes, processes };
}

// Process numbers count up in the container's own namespace.
async function lastPid(): Promise<number> {
  return Number((await host.exec("sh -c 'echo $$'")).trim());
}

beforeAll(async () => {
  host = await labHost();
  // Without a delay, packets that cross each other count as turns.
  proxy = await startProxy({ to: { host: host.address, port: host.port }, delayMs: 20 });
  lab = project({
    "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n  box: { address: 127.0.0.1, port: ${proxy.port}, user: root, key: ${host.keyFile} }\n`,
    "roles/many/role.ts": role,
  });
  const trusted = await lab.hlx("trust", "box", "--yes");
  if (trusted.code !== 0) throw new Error(trusted.stderr);
  await host.exec("mkdir -p /etc/many; for i in $(seq 0 499); do echo content $i > /etc/many/$i; done");
  await costOf(5);
  for (const files of [5, 500]) costs.set(files, await costOf(files));
});

describe.each([5, 500])("a plan of %i files", (files) => {
  test("looks at every resource", () => expect(costs.get(files)?.resources).toBe(files + 2));
  test("takes two round trips after the handshake", () => expect(costs.get(files)?.roundTrips).toBeLessThanOrEqual(2));
  test("takes at most 11 serial turns from cold", () => expect(costs.get(files)?.turns).toBeLessThanOrEqual(11));
  test("sends at most 16 KB and 200 bytes a resource", () => expect(costs.get(files)?.bytesUp).toBeLessThanOrEqual(16_384 + 200 * (files + 2)));
});

test("processes on the host grow with the sorts of work, not with resources", () => {
  const [few = 0, many = Number.POSITIVE_INFINITY] = [costs.get(5)?.processes, costs.get(500)?.processes];
  expect(many - few).toBeLessThanOrEqual(12);
});

// What `npm run bench` measures in seconds is held here by counting.
describe("a plan of the bench's converged host (W1)", () => {
  let cost: Cost;
  beforeAll(async () => {
    await host.exec(hostScript);
    lab.write("roles/bench/role.ts", roleOf(w1));
    lab.write("site.yaml", "- hosts: all\n  roles:\n    - bench: { domain: bench.example.org }\n");
    const applied = await lab.hlx("apply", "--yes");
    if (applied.code !== 0) throw new Error(applied.stderr);
    cost = await costOfRole("bench: { domain: bench.example.org }");
  });
  test("has 72 resources", () => expect(cost.resources).toBe(72));
  test("takes two round trips and at most 11 serial turns", () => expect([cost.roundTrips <= 2, cost.turns <= 11]).toEqual([true, true]));
  test("sends at most 16 KB and 200 bytes a resource", () => expect(cost.bytesUp).toBeLessThanOrEqual(16_384 + 200 * 72));
});

test("the proxy can see a turn too many", async () => {
  const before = proxy.turns();
  await lab.hlx("ping");
  await lab.hlx("ping");
  expect(proxy.turns() - before).toBeGreaterThan(11);
});
