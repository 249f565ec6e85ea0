// What the tests of guests share: the double, and the kind over the connection to it.
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { proxmox } from "../../src/connections/proxmox.ts";
import type { Host } from "../../src/model/host.ts";
import type { Change, Found } from "../../src/model/kind.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import type { Api, StepResult } from "../../src/model/step.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import type { VmActual } from "../../src/resources/proxmox-vm/probe.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { type Double, proxmoxDouble } from "./double.ts";

export let double: Double;
export let endpoint: Endpoint<"proxmox">;
const ahead = { changing: new Set<string>(), digest: () => undefined };

/** A double of its own for the file, empty but for a template before each test. */
export function useDouble(): void {
  beforeAll(async () => {
    double = await proxmoxDouble();
    const endpoints = proxmox.start({ connect: {} as never, secret: async () => double.token });
    endpoint = endpoints.of({ name: "kube514" } as Host, () => Promise.reject(new Error("no shell is needed")));
  });
  afterAll(() => double.stop());
  beforeEach(() => {
    Object.assign(double, { busy: 0, taskMs: 0, dropAnswers: false, blind: false });
    double.guests.clear();
    double.ha.clear();
    double.guests.set(9999, {
      node: "pve1",
      config: { name: "debian12", template: "1", scsi0: "thin:base-9999-disk-0,size=2G", boot: "order=scsi0", agent: "1" },
      running: false,
      pending: {},
    });
    double.writes.splice(0);
  });
}

export function wanted(more: Partial<ProxmoxVm> = {}): ProxmoxVm {
  return {
    cluster: { server: `127.0.0.1:${double.port}`, token: { secret: "proxmox.token" }, fingerprint: double.fingerprint },
    id: 514,
    name: "kube514",
    node: "pve1",
    template: 9999,
    storage: "thin",
    disk: 10,
    cores: 8,
    memory: 8192,
    agent: true,
    onboot: true,
    tags: ["kube"],
    nics: [{ mac: "bc:24:11:00:05:14", bridge: "vmbr0" }],
    user: "debian",
    keys: ["ssh-ed25519 AAAA me@laptop"],
    address: "192.168.1.57/24",
    gateway: "192.168.1.1",
    resolvers: ["192.168.1.9"],
    running: true,
    ...more,
  };
}

export interface Look {
  readonly found: Found<VmActual>;
  readonly changes: readonly Change[];
  readonly steps: readonly Api[];
}

export async function look(desired: ProxmoxVm): Promise<Look> {
  const found = await kind.probe(desired, { proxmox: endpoint.reader });
  if (found.found !== "present" && found.found !== "absent") return { found, changes: [], steps: [] };
  const changes = kind.diff(desired, found, ahead);
  return { found, changes, steps: changes.length === 0 ? [] : (kind.steps(desired, found, { changes, now: new Date(0) }) as readonly Api[]) };
}

export async function run(steps: readonly Api[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    if (results.every(({ result }) => result === "done")) results.push(await endpoint.call(step, { reveal: () => "" }));
  }
  return results;
}

/** Applies, expects that everything was done and that nothing is left; what changed, by property. */
export async function converge(desired: ProxmoxVm): Promise<Record<string, unknown>> {
  const { changes, steps } = await look(desired);
  expect(await run(steps)).toEqual(steps.map(() => expect.objectContaining({ result: "done" })));
  expect((await look(desired)).changes).toEqual([]);
  return Object.fromEntries(changes.map(({ property, after }) => [property, "value" in after ? after.value : after]));
}

export function titles(steps: readonly Api[]): readonly string[] {
  return steps.map(({ title }) => title);
}
