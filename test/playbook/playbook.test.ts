// Playbooks: what each spelling becomes, and what is said of a wrong one, and where.

import { describe, expect, test } from "vitest";
import { orderUnits } from "../../src/plan/units.ts";
import { assigned, inventoryOf, refusal } from "./world.ts";

function keys(source: string): readonly string[] {
  return assigned(source).map(({ host, as }) => `${host}/${as}`);
}

describe("a playbook becomes assignments", () => {
  test("in playbook order, then inventory order", () => {
    expect(keys("- hosts: kube*\n  roles: [plain, web: { domain: a }]\n- hosts: dns01\n  roles: [plain]")).toEqual([
      "kube501/plain",
      "kube502/plain",
      "kube501/web",
      "kube502/web",
      "dns01/plain",
    ]);
  });
  test("order counts role calls through all plays", () => {
    const source = "- hosts: ocean\n  roles: [plain, web: { domain: a }]\n- hosts: dns01\n  roles: [plain]";
    expect(assigned(source).map(({ play, order }) => [play, order])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
    ]);
  });
  test("defaults are filled in at every depth, and a secret passes where the schema takes one", () => {
    const [web] = assigned("- hosts: ocean\n  roles: [web: { domain: a, key: !secret web.key }]");
    expect(web?.params).toEqual({ domain: "a", port: 80, key: { secret: "web.key" }, limits: { rate: 5 } });
  });
  test("what is given wins over the default", () => {
    const [web] = assigned("- hosts: ocean\n  roles: [web: { domain: a, port: 81, limits: { rate: 1 } }]");
    expect(web?.params).toEqual({ domain: "a", port: 81, limits: { rate: 1 } });
  });
  test("as, tags and independent stand beside the role; tags of the play are added", () => {
    const [one] = assigned("- hosts: ocean\n  tags: all-of-it\n  roles:\n    - plain:\n      as: second\n      tags: [x]\n      independent: true");
    expect(one).toMatchObject({ role: "plain", as: "plain@second", tags: ["all-of-it", "x"], independent: true, params: {} });
  });
  test("the same role twice under another name is two role calls", () => {
    expect(keys("- hosts: ocean\n  roles:\n    - plain\n    - plain: {}\n      as: b")).toEqual(["ocean/plain", "ocean/plain@b"]);
  });
  test("a role's requires and a play's after come together", () => {
    const source = "- hosts: dns01\n  roles: [plain]\n- hosts: ocean\n  after: [plain, { role: plain, hosts: dns01 }]\n  roles: [web: { domain: a }]";
    const after = { role: "plain", notInPlays: [1] };
    expect(assigned(source)[1]?.requires).toEqual([{ role: "plain" }, { ...after, hosts: "all" }, { ...after, hosts: "dns01" }]);
  });
  describe("a play after a role", () => {
    const order = (source: string): readonly string[] => orderUnits(assigned(source), (pattern) => inventoryOf().select(pattern)).map(({ key }) => key);
    const first = "- hosts: kube50*\n  roles: [plain]\n";
    const again = (as: string): string => `- hosts: kube50*\n  after: [plain]\n  roles: [{ plain: {}, as: ${as} }]\n`;

    test.each([
      ["that it has again under another name", again("b") + first, ["plain", "plain@b"]],
      ["that another play after it has again, too", again("b") + again("c") + first, ["plain", "plain@b", "plain@c"]],
    ])("%s waits for the others, not for itself", (_, source, roles) =>
      expect(order(source)).toEqual(roles.flatMap((as) => ["kube501", "kube502"].map((host) => `${host}/${as}`))),
    );

    test("that it gives to other hosts waits for the first ones", () =>
      expect(order("- hosts: kube50*\n  after: [plain]\n  roles: [plain]\n- hosts: ocean\n  roles: [plain]\n")).toEqual([
        ...["ocean/plain", "kube501/plain", "kube502/plain"],
      ]));
  });
  test.each([
    ["2", 2],
    ['"50%"', 2],
    ['"1%"', 1],
    ['"100%"', 5],
  ])("serial: %s of five hosts is %i at once", (serial, slots) => {
    expect(assigned(`- hosts: all\n  serial: ${serial}\n  roles: [plain]`)[0]?.serial).toEqual({ play: 0, slots });
  });
});

const wrong: readonly (readonly [name: string, source: string])[] = [
  ["empty", ""],
  ["only comments", "# nothing\n"],
  ["an inventory", "format: 1\nhosts:\n  ocean: { lan: 1 }\n"],
  ["a plan", '{ "format": 1, "units": [], "entries": [] }'],
  ["a map", "roles: [plain]\n"],
  ["unknown key of a play", "- hosts: ocean\n  role: [plain]\n"],
  ["no hosts", "- roles: [plain]\n"],
  ["unknown hosts", "- hosts: oceans\n  roles: [plain]\n"],
  ["serial of zero", "- hosts: all\n  serial: 0\n  roles: [plain]\n"],
  ["two roles in one item", "- hosts: all\n  roles:\n    - plain:\n      web: { domain: a }\n"],
  ["no role in an item", "- hosts: all\n  roles:\n    - tags: [a]\n"],
  ["params beside the role", "- hosts: all\n  roles:\n    - web:\n      domain: a\n"],
  ["a bad role name", "- hosts: all\n  roles:\n    - ../evil: {}\n"],
  ["a bad role name as text", "- hosts: all\n  roles: [../evil]\n"],
  ["unknown param", "- hosts: all\n  roles:\n    - web: { domian: a }\n"],
  ["missing param", "- hosts: all\n  roles:\n    - web: {}\n"],
  ["missing param of a bare name", "- hosts: all\n  roles: [web]\n"],
  ["wrong type", '- hosts: all\n  roles:\n    - web: { domain: a, port: "80" }\n'],
  ["out of range, deeper down", "- hosts: all\n  roles:\n    - web:\n        domain: a\n        limits: { rate: fast }\n"],
  ["a secret where none may be", "- hosts: all\n  roles:\n    - web: { domain: !secret a.b }\n"],
  ["twice in one play", "- hosts: all\n  roles: [plain, plain]\n"],
  ["twice in two plays", "- hosts: all\n  roles: [plain]\n- hosts: ocean\n  roles: [plain]\n"],
  ["after an unknown role", "- hosts: all\n  after: [plian]\n  roles: [plain]\n"],
];

describe("what is wrong with a playbook is said at its place", () => {
  test.each(wrong)("%s", (_, source) => {
    expect(refusal(() => assigned(source))).toMatchSnapshot();
  });
  test("the twin: a playbook without a mistake is not refused", () => {
    expect(refusal(() => assigned("- hosts: all\n  roles: [plain]\n"))).toEqual([]);
  });
});
