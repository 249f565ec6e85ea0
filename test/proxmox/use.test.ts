// hlx status at Proxmox nodes: how much of each is in use, as its API tells.
import { beforeEach, describe, expect, test } from "vitest";
import { nodeUses } from "../../src/cli/run/node-use.ts";
import { statusDocument, statusLines } from "../../src/cli/views/status.ts";
import type { HostSession, Sessions } from "../../src/engine/world.ts";
import type { Host } from "../../src/model/host.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { double, endpoint, useDouble } from "./bench.ts";

useDouble();

const paint = (_: unknown, text: string): string => text;

function nodeNamed(name: string, more: object = {}): Host {
  const proxmox = { port: double.port, token: { secret: "proxmox.token" }, fingerprint: double.fingerprint };
  return { name, login: { address: "127.0.0.1" }, vars: { proxmox }, ...more } as unknown as Host;
}

async function uses(all: readonly Host[], outside: () => Pick<HostSession, "endpoint"> = () => ({ endpoint: () => endpoint }) as never) {
  const hosts = new Map(all.map((host) => [host.name, host]));
  return nodeUses(hosts, [...hosts.keys()], { sessions: { outside } as unknown as Sessions });
}

const lines = async (all: readonly Host[]): Promise<readonly string[]> => statusLines([], await uses(all), { paint });
const guest = (node: string, memory: string, running = true) => ({ node, config: { memory, cores: "40" }, running, pending: {} });

describe("use of nodes", () => {
  beforeEach(() => {
    double.guests.set(600, guest("pve1", "4096"));
    double.guests.set(601, guest("pve1", "65536", false));
    double.guests.set(602, guest("pve2", "8192"));
    double.guests.set(603, guest("pve2", "8192"));
  });

  test("a line a node; marked where its running guests may use more than there is", async () => {
    expect(await lines([nodeNamed("pve1"), nodeNamed("pve2")])).toEqual([
      "   HOST  ROLE  CHECK",
      "·  pve1        use    25 % of 64 cores (guests have 40), 128G of 256G memory (guests have 4G), thin 100G of 1000G",
      "!  pve2        use    25 % of 64 cores (guests have 80), 128G of 256G memory (guests have 16G), thin 100G of 1000G",
    ]);
  });
  test("a node that nothing is told of says so, and where to look", async () => {
    double.blind = true;
    expect(await lines([nodeNamed("pve1")])).toEqual(["   HOST  ROLE  CHECK", "?  pve1        use    nobody tells what pve1 has"]);
  });
  test("an API that does not answer is a line, too", async () => {
    const silent = await uses([nodeNamed("pve1")], () => {
      throw new ProblemError({ code: "unreachable", message: "no answer" });
    });
    expect(silent).toMatchObject([{ host: "pve1", untold: { code: "unreachable", message: "no answer" } }]);
  });
  test("hosts that are no nodes, and twins, are not asked", async () => {
    const before = double.reads;
    expect(await uses([nodeNamed("web", { vars: {} }), nodeNamed("pve1", { login: { address: "127.0.0.1", twin: "t" } })])).toEqual([]);
    expect(double.reads).toBe(before);
    expect(statusLines([], [], { paint })).toEqual([expect.stringContaining("No checks")]);
  });
  test("as JSON, in MiB", async () => {
    expect(statusDocument([], await uses([nodeNamed("pve2")]))).toMatchObject({
      nodes: [
        {
          host: "pve2",
          cores: { has: 64, busy: 0.25, guests: 80 },
          memory: { has: 262_144, used: 131_072, guests: 16_384 },
          storages: [{ storage: "thin", has: 1_024_000, used: 102_400 }],
        },
      ],
    });
    expect(statusDocument([], [])).not.toHaveProperty("nodes");
  });
});
