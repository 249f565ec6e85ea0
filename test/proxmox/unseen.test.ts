// What a token may not see is not what is absent: nobody can tell, and that is said.
import { beforeEach, describe, expect, test } from "vitest";
import { cluster, double, endpoint, useDouble } from "./bench.ts";

useDouble();

const reader = () => endpoint.reader;
const gpu = { map: ["id=10de:2684,node=pve1,path=0000:42:00"] };
const theirs = { node: "pve1", config: { name: "theirs" }, running: true, pending: {} };

const looks: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ["a pool", () => reader().pool(cluster(), "lab"), /the pool lab: the login may not see it/],
  ["a PCI mapping", () => reader().mapping(cluster(), "gpu"), /the PCI mapping gpu: the login may not see it/],
  ["a storage", () => reader().storage(cluster(), { node: "pve1", storage: "thin" }), /the storage thin: the login may not see it/],
];

beforeEach(() => {
  double.held.mappings.set("gpu", gpu);
  double.guests.set(600, structuredClone(theirs));
  Object.assign(double, { permissions: { "/": { "VM.Audit": 1 } } });
  return () => Object.assign(double, { permissions: undefined });
});

describe("a token without the privilege", () => {
  test.each(looks)("is told that nobody can tell whether there is %s", async (_, look, message) => {
    await expect(look()).rejects.toMatchObject({
      problems: [{ code: "privilege", message: expect.stringMatching(message), hint: expect.stringContaining("pveum") }],
    });
  });
  test.each([
    [
      "the snapshots of a guest",
      () => reader().snapshots(cluster(), 600),
      { problems: [{ code: "privilege", message: expect.stringContaining("may not see") }] },
    ],
  ])("is told so of %s", async (_, look, problem) => {
    double.blind = true;
    await expect(look()).rejects.toMatchObject(problem);
  });
  test("is told so of a guest's host keys", async () => {
    double.blind = true;
    expect(await reader().hostKeys(cluster(), 600)).toEqual({ known: "never", because: "guest 600 is one that the token may not see" });
    expect(await reader().hostKeys(cluster(), 601)).toEqual({ known: "never", because: "guest 601 is not there" });
    expect(await reader().snapshots(cluster(), 601)).toBeNull();
  });
});

describe("a token with it", () => {
  beforeEach(() => {
    Object.assign(double, { permissions: undefined });
  });
  test.each(looks)("sees %s", async (_, look) => expect(await look()).not.toBeNull());
  test("sees that there is none", async () => {
    expect(await reader().pool(cluster(), "nope")).toBeNull();
    expect(await reader().mapping(cluster(), "nope")).toBeNull();
    expect(await reader().storage(cluster(), { node: "pve1", storage: "nope" })).toBeNull();
  });
});
