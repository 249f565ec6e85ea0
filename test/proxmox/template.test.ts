// Templates over the connection and the double: from an image to what guests are cloned from, and back to nothing.
import { describe, expect, test } from "vitest";
import { highestRisk } from "../../src/model/kind.ts";
import { proxmoxTemplateKind as kind, type ProxmoxTemplate } from "../../src/resources/proxmox-template.ts";
import { cluster, converge, convergeAs, double, lookAs, run, titles, useDouble, wanted } from "./bench.ts";

useDouble();

function template(more: Partial<ProxmoxTemplate> = {}): ProxmoxTemplate {
  return { cluster: cluster(), id: 9000, name: "debian12", node: "pve1", image: "local:import/debian-12.qcow2", storage: "thin", ...more };
}

test("is created from the image, and made a template that guests are cloned from, linked too", async () => {
  expect(titles((await lookAs(kind, template())).steps)).toEqual(["create from local:import/debian-12.qcow2", "make it a template"]);
  expect(await convergeAs(kind, template({ tags: ["cloud"] }))).toMatchObject({ image: "local:import/debian-12.qcow2", template: true, tags: "cloud;hlx" });
  expect(double.guests.get(9000)).toMatchObject({
    running: false,
    config: {
      template: "1",
      scsi0: expect.stringMatching(/^thin:base-9000-disk-0,.*size=2G$/),
      ide2: expect.stringContaining("cloudinit"),
      agent: "enabled=1",
    },
  });
  await converge(wanted({ template: 9000, linked: true }));
});

test("its disk is as large as the image's, or as is wanted", async () => {
  expect(titles((await lookAs(kind, template({ disk: 10 }))).steps)).toEqual([
    "create from local:import/debian-12.qcow2",
    "grow its disk to 10G",
    "make it a template",
  ]);
  expect(await convergeAs(kind, template({ disk: 10 }))).toMatchObject({ disk: "10G" });
  await convergeAs(kind, template());
});

test("cut off after any call, it is gone on with and made once", async () => {
  const { steps } = await lookAs(kind, template({ disk: 10 }));
  for (let done = 1; done < steps.length; done++) {
    double.guests.delete(9000);
    double.writes.splice(0);
    await run(steps.slice(0, done));
    await convergeAs(kind, template({ disk: 10 }));
    expect(double.writes.filter((write) => write.startsWith("POST /nodes/pve1/qemu {"))).toHaveLength(1);
    expect(double.guests.get(9000)?.config["template"]).toBe("1");
  }
});

test("two runs that make it at once end with one template", async () => {
  double.taskMs = 50;
  const { steps } = await lookAs(kind, template());
  const results = await Promise.all([run(steps), run(steps)]);
  expect(results.flat().map(({ result }) => result)).toEqual(["done", "done", "done", "done"]);
  expect((await lookAs(kind, template())).changes).toEqual([]);
});

test("its settings change at once, without a restart", async () => {
  await convergeAs(kind, template());
  const { changes, steps } = await lookAs(kind, template({ cores: 2, tags: ["cloud"] }));
  expect([highestRisk(changes), titles(steps)]).toEqual(["none", ["set cores, tags"]]);
  await convergeAs(kind, template({ cores: 2, tags: ["cloud"] }));
});

describe("another image", () => {
  const newer = () => template({ image: "local:import/debian-13.qcow2" });

  test("is another template: the risk is that it is replaced", async () => {
    await convergeAs(kind, template());
    const { changes, steps } = await lookAs(kind, newer());
    expect(changes).toMatchObject([{ property: "image", risk: "replace", note: expect.stringContaining("destroyed and made anew") }]);
    expect(titles(steps)).toEqual(["destroy", "create from local:import/debian-13.qcow2", "make it a template"]);
    expect(await run(steps)).toEqual(steps.map(() => expect.objectContaining({ result: "done" })));
    expect((await lookAs(kind, newer())).changes).toEqual([]);
  });
  test("nothing is lost while guests are linked to the old one", async () => {
    await convergeAs(kind, template());
    double.linkedTo.add(9000);
    expect((await run((await lookAs(kind, newer())).steps)).at(-1)).toMatchObject({
      result: "failed",
      because: expect.stringContaining("still in use by linked cloned"),
    });
    expect(double.guests.has(9000)).toBe(true);
  });
});

describe("what is not hlx's", () => {
  test("a template without the mark is refused, and taken over on request without being made anew", async () => {
    const theirs = template({ id: 9999 });
    expect((await lookAs(kind, theirs)).found).toMatchObject({ found: "unknown", because: { hint: expect.stringContaining("adopt: true") } });
    await convergeAs(kind, { ...theirs, adopt: true });
    expect(double.writes.every((write) => write.startsWith("PUT"))).toBe(true);
  });
});

test("is destroyed only when that is desired, with the risk of data; undo of its making is that", async () => {
  await convergeAs(kind, template());
  const gone = kind.absent?.(template()) ?? template();
  expect(kind.restore?.(template(), { found: "absent" }, new Map())).toEqual(gone);
  expect(highestRisk((await lookAs(kind, gone)).changes)).toBe("data-loss");
  await convergeAs(kind, gone);
  expect(double.guests.has(9000)).toBe(false);
});
