// Values in a JSON file that others write to, too.
import { expect, test } from "vitest";
import type { Known } from "../../src/model/kind.ts";
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
