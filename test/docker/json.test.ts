// Values in a JSON file that others write to, too.
import { expect, test } from "vitest";
import type { Known } from "../../src/model/kind.ts";
import type { ShellReader } from "../../src/model/ports/shell.ts";
import { titleOf } from "../../src/model/step.ts";
import { type JsonActual, json, jsonKind } from "../../src/resources/json.ts";

const { desired } = json({ path: "/etc/docker/daemon.json", set: { "live-restore": true, "log-opts": { "max-size": "10m" }, mirrors: ["a"] } });
const none = { changing: new Set<string>(), digest: () => undefined };

function found(text: string, values: JsonActual["values"]): Known<JsonActual> {
  return { found: "present", actual: { sha256: "0", values }, evidence: { text } };
}

const old = '{"runtimes":{"nvidia":{"path":"x"}},"log-opts":{"max-file":"3"},"live-restore":false}';
const before = found(old, { "/live-restore": false, "/log-opts/max-size": null, "/mirrors": null });

test("a change a value; what others wrote stays", () => {
  const changes = jsonKind.diff(desired, before, none);
  expect(changes.map(({ property }) => property)).toEqual(["/live-restore", "/log-opts/max-size", "/mirrors"]);
  const [step] = jsonKind.steps(desired, before, { changes, now: new Date(0) });
  expect(step?.do === "write" && JSON.parse(step.content.join(""))).toEqual({
    runtimes: { nvidia: { path: "x" } },
    "log-opts": { "max-file": "3", "max-size": "10m" },
    "live-restore": true,
    mirrors: ["a"],
  });
});

test("the right values need nothing, whatever is beside them", () => {
  const right = found(old, { "/live-restore": true, "/log-opts/max-size": "10m", "/mirrors": ["a"] });
  expect(jsonKind.diff(desired, right, none)).toEqual([]);
});

test("undo puts back values that were there, and takes away those that were not", () => {
  const all = found(old, { "/live-restore": false, "/log-opts/max-size": "5m", "/mirrors": [] });
  expect(jsonKind.restore?.(desired, all, new Map())).toMatchObject({ set: { "live-restore": false, "log-opts": { "max-size": "5m" }, mirrors: [] } });
  const back = jsonKind.restore?.(desired, before, new Map()) as typeof desired;
  expect(back).toMatchObject({ set: { "live-restore": false }, unset: ["/log-opts/max-size", "/mirrors"] });
  const now = '{"runtimes":{},"log-opts":{"max-size":"10m"},"live-restore":true,"mirrors":["a"]}';
  const known = found(now, { "/live-restore": true, "/log-opts/max-size": "10m", "/mirrors": ["a"] });
  const [step] = jsonKind.steps(back, known, { changes: jsonKind.diff(back, known, none), now: new Date(0) });
  expect(step?.do === "write" && JSON.parse(step.content.join(""))).toEqual({ runtimes: {}, "live-restore": false });
});

test("what goes takes its values, and a file that holds nothing else", () => {
  const gone = { ...desired, absent: true };
  const values = { "/live-restore": true, "/log-opts/max-size": "10m", "/mirrors": ["a"] };
  const title = (text: string) =>
    jsonKind.steps(gone, found(text, values), { changes: jsonKind.diff(gone, found(text, values), none), now: new Date(0) }).map(titleOf);
  expect(title('{"live-restore":true,"log-opts":{"max-size":"10m"},"mirrors":["a"]}')).toEqual(["remove /etc/docker/daemon.json"]);
  expect(title('{"live-restore":true,"log-opts":{"max-size":"10m"},"mirrors":["a"],"dns":[]}')).toEqual(["write /etc/docker/daemon.json"]);
  expect(jsonKind.diff(gone, { found: "absent" }, none)).toEqual([]);
  expect(jsonKind.restore?.(desired, { found: "absent" }, new Map())).toEqual(gone);
});

test("a file that is there keeps its mode and owner; a new one gets what is desired", () => {
  const [step] = jsonKind.steps(desired, { ...before, evidence: { text: old, mode: "0640", owner: "bob", group: "adm" } } as typeof before, {
    changes: jsonKind.diff(desired, before, none),
    now: new Date(0),
  });
  expect(step).toMatchObject({ mode: "0640", owner: "bob", group: "adm" });
  const absent = { found: "absent" } as const;
  const [made] = jsonKind.steps({ ...desired, mode: "0600" }, absent, { changes: jsonKind.diff(desired, absent, none), now: new Date(0) });
  expect(made).toMatchObject({ mode: "0600", owner: "root", group: "root" });
});

/** What a host has in the file → what the plan names, and what the file is then. */
async function planned(
  options: Omit<Parameters<typeof json>[0], "path">,
  content: object,
): Promise<{ readonly named: readonly string[]; readonly after: unknown }> {
  const wanted = json({ path: "/etc/x.json", ...options }).desired;
  const seen = { seen: "there", type: "file", mode: "0644", owner: "root", group: "root", sha256: "0", content: Buffer.from(JSON.stringify(content)) };
  const there = (await jsonKind.probe(wanted, { shell: { ask: async () => seen } as unknown as ShellReader })) as Known<JsonActual>;
  const changes = jsonKind.diff(wanted, there, none);
  const [step] = jsonKind.steps(wanted, there, { changes, now: new Date(0) });
  return { named: changes.map(({ property }) => property), after: step?.do === "write" ? JSON.parse(step.content.join("")) : content };
}

test.each<readonly [string, Omit<Parameters<typeof json>[0], "path">, object, readonly string[], object]>([
  ["an empty map of others stays", { set: { on: true }, unset: ["/a/b"] }, { a: {} }, ["/on"], { a: {}, on: true }],
  ["a text where a path to nothing leads stays", { set: { on: true }, unset: ["/a/b"] }, { a: "text" }, ["/on"], { a: "text", on: true }],
  ["what goes takes a map that is empty then", { set: {}, unset: ["/a/b"] }, { a: { b: 1 } }, ["/a/b"], {}],
  ["a text that makes room for a map is named", { set: { a: { b: 1 } } }, { a: "text" }, ["/a", "/a/b"], { a: { b: 1 } }],
  ["so is a list, once", { set: { a: { b: { c: 1, d: 2 } } } }, { a: { b: [1] } }, ["/a/b", "/a/b/c", "/a/b/d"], { a: { b: { c: 1, d: 2 } } }],
])("nothing changes that the plan does not name: %s", async (...[, options, content, named, after]) => {
  expect(await planned(options, content)).toEqual({ named, after });
});

test("undo brings back what made room for a map", () => {
  const wanted = json({ path: "/etc/x.json", set: { a: { b: 1 } } }).desired;
  const back = jsonKind.restore?.(wanted, found('{"a":"text"}', { "/a": "text", "/a/b": null }), new Map()) as typeof desired;
  const now = found('{"a":{"b":1}}', { "/a": { b: 1 }, "/a/b": 1 });
  const [step] = jsonKind.steps(back, now, { changes: jsonKind.diff(back, now, none), now: new Date(0) });
  expect(step?.do === "write" && JSON.parse(step.content.join(""))).toEqual({ a: "text" });
});
