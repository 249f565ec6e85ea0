// Snapshots of guests: before changes of risk, and of one's own; and the way back to them.
import { beforeEach, describe, expect, test } from "vitest";
import { highestRisk, type Known } from "../../src/model/kind.ts";
import type { Api } from "../../src/model/step.ts";
import { proxmoxSnapshotKind as snapshot } from "../../src/resources/proxmox-snapshot.ts";
import type { ProxmoxVm } from "../../src/resources/proxmox-vm/desired.ts";
import { proxmoxVmKind as kind } from "../../src/resources/proxmox-vm.ts";
import { converge, double, endpoint, look, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

const kept = { snapshots: { days: 7 } };

function names(): readonly string[] {
  return [...(double.guests.get(514)?.snapshots?.keys() ?? [])];
}

beforeEach(async () => {
  await converge(wanted(kept));
});

describe("before a change of risk", () => {
  test("a snapshot is made, and a change without risk needs none", async () => {
    expect(titles((await look(wanted({ ...kept, tags: ["x"] }))).steps)).toEqual(["set tags"]);
    const { steps } = await look(wanted({ ...kept, cores: 4 }));
    expect(titles(steps)).toEqual(["take a snapshot", "set cores", "shut down", "start"]);
    await converge(wanted({ ...kept, cores: 4 }));
    expect(names()).toHaveLength(1);
  });
  test("none is made where nobody wants them", async () =>
    expect(titles((await look(wanted({ cores: 4 }))).steps)).toEqual(["set cores", "shut down", "start"]));
  test("those that are too old go with the next; others' stay", async () => {
    await converge(wanted({ ...kept, cores: 4 }));
    const guest = double.guests.get(514);
    const [name = ""] = names();
    const one = guest?.snapshots?.get(name);
    guest?.snapshots?.set(name, { config: {}, description: "", ...one, at: 1 });
    guest?.snapshots?.set("mine", { config: {}, at: 1, description: "before I tried something" });
    const found = (await kind.probe(wanted({ ...kept, cores: 2 }), { proxmox: endpoint.reader })) as Known<never>;
    const changes = kind.diff(wanted({ ...kept, cores: 2 }), found, { changing: new Set(), digest: () => undefined });
    const steps = kind.steps(wanted({ ...kept, cores: 2 }), found, { changes, now: new Date() }) as readonly Api[];
    expect(titles(steps)).toEqual(["take a snapshot", "set cores", "shut down", "start", `remove the snapshot ${name}`]);
    await run(steps);
    expect(names()).toEqual(["mine", expect.stringMatching(/^hlx-\d{8}T\d{6}-[0-9a-f]{4}$/)]);
  });
  test("a storage that cannot is refused in the plan, and nothing is changed", async () => {
    double.linked.delete("thin");
    const { found } = await look(wanted({ ...kept, cores: 4 }));
    double.linked.add("thin");
    expect(found).toMatchObject({
      found: "unknown",
      because: { message: expect.stringContaining("cannot make any"), hint: expect.stringContaining("LVM-thin") },
    });
  });
});

describe("the way back", () => {
  async function changed(desired: ProxmoxVm): Promise<ProxmoxVm> {
    const { found } = await look(desired);
    await converge(desired);
    // As it stands in the journal.
    const back = kind.restore?.(desired, JSON.parse(JSON.stringify(found)), new Map());
    if (back === undefined || "irreversible" in back) throw new Error("no way back");
    return back;
  }

  test("is the snapshot of that very run: settings and disks, at the risk of data; then it is gone", async () => {
    const back = await changed(wanted({ ...kept, cores: 4 }));
    await changed(wanted({ ...kept, cores: 2 }));
    const [first = ""] = names();
    const gone: string[] = [];
    double.onRollback = (_, name) => void gone.push(name);
    const { changes } = await look(back);
    expect([highestRisk(changes), changes[0]?.after]).toEqual(["data-loss", { value: `as in the snapshot ${first}` }]);
    await converge(back);
    expect(gone).toEqual([first]);
    expect(double.guests.get(514)).toMatchObject({ running: true, config: { cores: "8" } });
    expect(names()).not.toContain(first);
  });
  test("is its settings alone where the snapshot is not there any more", async () => {
    const back = await changed(wanted({ ...kept, cores: 4 }));
    double.guests.get(514)?.snapshots?.clear();
    expect(highestRisk((await look(back)).changes)).toBe("reboot");
    await converge(back);
    expect(double.guests.get(514)?.config["cores"]).toBe("8");
  });
});

describe("a snapshot of one's own", () => {
  const ahead = { changing: new Set<string>(), digest: () => undefined };
  const own = () => ({ cluster: wanted().cluster, vm: 514, name: "before-trixie" });

  async function settle(desired: Parameters<typeof snapshot.diff>[0]) {
    const found = await snapshot.probe(desired, { proxmox: endpoint.reader });
    if (found.found !== "present" && found.found !== "absent") return { found, changes: [] };
    const changes = snapshot.diff(desired, found, ahead);
    const steps = changes.length === 0 ? [] : (snapshot.steps(desired, found, { changes, now: new Date(0) }) as readonly Api[]);
    expect((await run(steps)).every(({ result }) => result === "done")).toBe(true);
    return { found, changes };
  }

  test("is made once, and removed when nothing wants it any more", async () => {
    expect((await settle(own())).changes).toMatchObject([{ property: "snapshot", risk: "none" }]);
    expect([names(), (await settle(own())).changes]).toEqual([["before-trixie"], []]);
    await settle(snapshot.absent?.(own()) ?? own());
    expect(names()).toEqual([]);
  });
  test("is gone back to by the rollback of the run that made it", async () => {
    await settle(own());
    const back = snapshot.restore?.(own(), { found: "absent" }, new Map());
    await converge(wanted({ ...kept, tags: ["later"] }));
    expect(highestRisk((await settle(back as ReturnType<typeof own>)).changes)).toBe("data-loss");
    expect([names(), double.guests.get(514)?.config["tags"], double.guests.get(514)?.running]).toEqual([[], "hlx;kube", true]);
  });
  test("waits for a guest that is not there yet, and is refused where the storage cannot", async () => {
    expect((await settle({ ...own(), vm: 515 })).found).toMatchObject({ found: "blocked", needs: "guest:515" });
    double.linked.delete("thin");
    expect((await settle(own())).found).toMatchObject({ found: "unknown" });
    double.linked.add("thin");
  });
});
