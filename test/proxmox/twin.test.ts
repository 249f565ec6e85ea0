// What a rehearsal may ask: the double that stands for a cluster, never a real one.
import { describe, expect, test } from "vitest";
import { leavesTwin } from "../../src/cli/run/work.ts";
import { proxmoxBy } from "../../src/connections/proxmox.ts";
import type { Host } from "../../src/model/host.ts";
import type { Endpoint } from "../../src/model/ports/endpoint.ts";
import type { ProxmoxCluster } from "../../src/model/ports/proxmox.ts";
import type { Api } from "../../src/model/step.ts";
import { cluster, double, useDouble } from "./bench.ts";

useDouble();

const own = (): ProxmoxCluster => cluster() as ProxmoxCluster;
const reveal = () => "";
const create = (to: ProxmoxCluster): Api => ({
  ...{ do: "api", title: "create 514", via: "proxmox", to, method: "POST", path: "/nodes/pve1/qemu", body: { vmid: 514 }, deadlineMs: 5000 },
});

function twinOf(login: Partial<Host["login"]>): Endpoint<"proxmox"> {
  const endpoints = proxmoxBy({ monotonicMs: () => 0 }).start({ connect: { connectTimeoutMs: 5000 } as never, secret: async () => double.token });
  return endpoints.of({ name: "pve1", login: { twin: "hlx-twin-pve1", ...login } } as Host, () => Promise.reject(new Error("no shell is needed")));
}

describe("a rehearsal", () => {
  test("asks nothing of a real cluster, and changes nothing", async () => {
    const twin = twinOf({});
    await expect(twin.reader.guest(own(), 514)).rejects.toThrow("pve1 is a twin, and the Proxmox cluster is a real one");
    await expect(twin.call(create(own()), { reveal })).rejects.toThrow("pve1 is a twin");
    expect([double.reads, double.writes]).toEqual([0, []]);
  });
  test("asks the double that stands for the cluster, and nothing that is recognised by anything else", async () => {
    const twin = twinOf({ double: double.fingerprint });
    expect(await twin.reader.guest(own(), 514)).toEqual({ guest: "absent" });
    expect(await twin.call(create(own()), { reveal })).toMatchObject({ result: "done" });
    for (const other of [{ fingerprint: "00".repeat(32) }, { ca: double.ca }, { also: [{ server: "192.168.1.106:8006" }] }])
      await expect(twin.reader.guest({ ...own(), ...other }, 514)).rejects.toThrow("pve1 is a twin");
  });
  const node = { proxmox: { token: { secret: "proxmox.token" } } };
  test.each([
    ["what makes a host", { outside: true }, { twin: "twin" }, {}, true],
    ["what asks an API beyond it", { beyond: true }, { twin: "twin" }, {}, true],
    ["what asks another API beyond it", { beyond: true }, { twin: "twin", double: "AB" }, {}, true],
    ["what is about the machine below it", { metal: true }, { twin: "twin", double: "AB" }, node, true],
    ["nothing that makes a host by a double", { outside: true }, { twin: "twin", double: "AB" }, {}, false],
    ["nothing that asks a double", { beyond: true }, { twin: "twin", double: "AB" }, node, false],
    ["nothing that is done inside", {}, { twin: "twin" }, {}, false],
    ["nothing of the real host", { beyond: true }, {}, {}, false],
    ["nothing of the real machine", { metal: true }, {}, {}, false],
  ] as const)("leaves out %s", (...[, marks, login, vars, left]) => {
    const hosts = new Map([["pve1", { name: "pve1", login, vars } as unknown as Host]]);
    expect(leavesTwin({ host: "pve1", ...marks } as never, { hosts })).toBe(left);
  });
});
