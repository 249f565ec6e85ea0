// What the tests of guests share: the double, and the kind over the connection to it.
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { proxmox } from "../../src/connections/proxmox.ts";
import { type Double, proxmoxDouble } from "../../src/lab/proxmox/double.ts";
import { newRoom } from "../../src/lab/proxmox/room.ts";
import { newHeld } from "../../src/lab/proxmox/storage.ts";
import type { Host } from "../../src/model/host.ts";
import type { Change, Found, Kind } from "../../src/model/kind.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import type { Api, StepResult } from "../../src/model/step.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import type { VmActual } from "../../src/resources/proxmox-vm/probe.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";

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
    double.agents.clear();
    double.linkedTo.clear();
    Object.assign(double.held, newHeld());
    double.room = newRoom();
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
    cluster: cluster(),
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

export interface Look<Actual = VmActual> {
  readonly found: Found<Actual>;
  readonly changes: readonly Change[];
  readonly steps: readonly Api[];
}

export const look = (desired: ProxmoxVm): Promise<Look> => lookAs(kind, desired);

export async function lookAs<Desired, Actual>(of: Kind<Desired, Actual, "proxmox">, desired: Desired): Promise<Look<Actual>> {
  const found = await of.probe(desired, { proxmox: endpoint.reader });
  if (found.found !== "present" && found.found !== "absent") return { found, changes: [], steps: [] };
  const changes = of.diff(desired, found, ahead);
  return { found, changes, steps: changes.length === 0 ? [] : (of.steps(desired, found, { changes, now: new Date(0) }) as readonly Api[]) };
}

export async function run(steps: readonly Api[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) {
    if (results.every(({ result }) => result === "done")) results.push(await endpoint.call(step, { reveal: () => "" }));
  }
  return results;
}

export const converge = (desired: ProxmoxVm): Promise<Record<string, unknown>> => convergeAs(kind, desired);

/** Applies, expects that everything was done and that nothing is left; what changed, by property. */
export async function convergeAs<Desired, Actual>(of: Kind<Desired, Actual, "proxmox">, desired: Desired): Promise<Record<string, unknown>> {
  const { found, changes, steps } = await lookAs(of, desired);
  expect(["present", "absent"], JSON.stringify(found)).toContain(found.found);
  const named = of.diff(desired, { found: "absent" }, ahead).map(({ property }) => property);
  expect(await run(steps)).toEqual(steps.map(() => expect.objectContaining({ result: "done" })));
  const after = await lookAs(of, desired);
  expect([after.changes, (await lookAs(of, desired)).found]).toEqual([[], after.found]);
  const wanted = changes.filter(({ after: to }) => "hidden" in to || (to.value !== null && to.value !== false));
  if (!JSON.stringify(desired).includes('"absent":true')) expect(named).toEqual(expect.arrayContaining(wanted.map(({ property }) => property)));
  return Object.fromEntries(changes.map(({ property, after: to }) => [property, "value" in to ? to.value : to]));
}

export function cluster(): ProxmoxVm["cluster"] {
  return { server: `127.0.0.1:${double.port}`, token: { secret: "proxmox.token" }, fingerprint: double.fingerprint };
}

export function titles(steps: readonly Api[]): readonly string[] {
  return steps.map(({ title }) => title);
}
