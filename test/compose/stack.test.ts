// A stack: what is to be done with each service and why, and how it is rendered.
import { describe, expect, test } from "vitest";
import { titleOf } from "../../src/model/step.ts";
import { hasSecret } from "../../src/model/text.ts";
import type { ContainerActual, StackActual } from "../../src/resources/compose/actual.ts";
import { adoption, notesIn } from "../../src/resources/compose/adopted.ts";
import type { Stack, StackService } from "../../src/resources/compose/desired.ts";
import { leftBy } from "../../src/resources/compose/previous.ts";
import { composeText, contentText } from "../../src/resources/compose/render.ts";
import { composeStackKind, composeStacks } from "../../src/resources/compose-stack.ts";
import { testDigest, testSecret } from "../../src/testing/digest.ts";
import { fillPieces } from "../../src/testing/pieces.ts";
import { ahead, altered, notes, options, running, stack } from "./bench.ts";

test("a stack that runs as desired needs nothing; one that is not there needs all", () => {
  expect(notes(stack(), running(stack()))).toEqual([]);
  const absent = composeStackKind.diff(stack(), { found: "absent" }, ahead);
  expect(absent.map(({ property }) => property)).toEqual([
    "file:compose.yaml",
    "file:conf/x",
    "file:other",
    "service:db",
    "service:init",
    "service:web",
    "service:side",
  ]);
});

test.each<readonly [string, string, Partial<ContainerActual>, readonly string[]]>([
  ["a limit", "db", { memory: 5 }, ["service:db recreates: memory 5 → unlimited"]],
  ["a network", "db", { networks: [] }, ["service:db recreates: networks none → a_default"]],
  ["a pulled image", "db", { named: "sha256:2" }, ["service:db recreates: image app:1 was pulled since: 1 → 2"]],
  ["another image", "db", { imageName: "app:0" }, ["service:db recreates: image app:0 → app:1"]],
  ["a stopped container", "db", { state: "stopped" }, ["service:db starts: it is stopped"]],
  ["a one-shot that failed", "init", { state: "failed" }, ["service:init starts: it has failed"]],
  ["an unhealthy one", "db", { unhealthy: true }, ["service:db restarts: it is unhealthy"]],
  ["a parent of a namespace", "web", { restart: "no" }, ["service:web recreates: restart no → always", "service:side recreates: web is made anew"]],
])("%s that somebody changed", (...[, service, change, expected]) => {
  expect(notes(stack(), altered(running(stack()), service, change))).toEqual(expected);
});

test("a locked image: what runs another one is made anew, and it is pulled by its digest; what the tag stands for does not matter", () => {
  const desired = stack({ locked: { "app:1": "sha256:0123456789abcdef" } });
  const as = (change: Partial<ContainerActual>): StackActual => altered(running(desired), "db", change);
  const others = (actual: StackActual): StackActual =>
    Object.keys(actual.services)
      .filter((name) => name !== "db")
      .reduce((all, name) => altered(all, name, { locked: true }), actual);
  expect(notes(desired, others(as({ locked: true, named: "sha256:2" })))).toEqual([]);
  expect(notes(desired, others(as({ locked: false })))).toEqual(["service:db recreates: image app:1 is not the locked one: 1 → 0123456789ab"]);
  const found = { found: "present", actual: others(as({ locked: false })) } as const;
  const steps = composeStackKind.steps(desired, found, { changes: composeStackKind.diff(desired, found, ahead), now: new Date(0) });
  const job = steps.find((step) => step.do === "detached");
  expect(job?.do === "detached" && job.args.slice(4)).toEqual(["image:app:1=sha256:0123456789abcdef", "recreate:db:running", "level"]);
});

test("a mounted file's content makes anew what mounts it, and nothing else", () => {
  const changed = stack({ files: { ...options.files, "conf/x": "new\n" } });
  expect(notes(changed, running(stack()))).toEqual([
    "file:compose.yaml",
    "file:conf/x",
    "service:web recreates: what it mounts changes",
    "service:side recreates: web is made anew",
  ]);
  expect(notes(stack({ files: { ...options.files, other: "new\n" } }), running(stack()))).toEqual(["file:other"]);
});

test("a file of another owner or mode is put right, and what mounts it gets the new one", () => {
  const file = running(stack()).files["conf/x"];
  const actual = { ...running(stack()), ...(file && { files: { ...running(stack()).files, "conf/x": { ...file, owner: "bob" } } }) };
  expect(notes(stack(), actual)).toEqual([
    "file:conf/x 0644 bob:root → 0644 root:root",
    "service:web recreates: it mounts conf/x",
    "service:side recreates: web is made anew",
  ]);
});

describe("a file that the stack has no more", () => {
  const file = { sha256: "0123456789abcdef", mode: "0644", owner: "root", group: "root" };
  const actual = { ...running(stack()), files: { ...running(stack()).files, "conf/old": file } };
  const job = (desired: Stack) => {
    const found = { found: "present", actual } as const;
    const steps = composeStackKind.steps(desired, found, { changes: composeStackKind.diff(desired, found, ahead), now: new Date(0) });
    return steps.flatMap((step) => (step.do === "detached" ? step.args.slice(4) : [titleOf(step)]));
  };

  test("goes, with nothing else; and with the stack", () => {
    expect(notes(stack(), actual)).toEqual(["file:conf/old hlx wrote it, and the stack has it no more"]);
    expect(job(stack())).toEqual(["make /srv/a", "unlink:conf/old", "write /srv/a/.hlx/desired.json"]);
    expect(job(stack({ absent: true }))).toEqual(["down", "unlink:conf/x", "unlink:other", "unlink:conf/old"]);
  });

  test("is one that hlx wrote at the last apply, inside of the stack's folder", () => {
    const kept = { ...stack(), files: Object.fromEntries([...Object.keys(stack().files), "conf/old", ".hlx/secrets/key"].map((path) => [path, {}])) };
    expect(leftBy(JSON.stringify(kept), stack())).toEqual(["conf/old", ".hlx/secrets/key"]);
    const hostile = ["../x", "/etc/passwd", "a/../../x", ".hlx/desired.json", "compose.yaml", "a//b", "a\nb", ""];
    expect(leftBy(JSON.stringify({ ...kept, files: Object.fromEntries(hostile.map((path) => [path, {}])) }), stack())).toEqual([]);
    for (const text of [undefined, "", "{", '{"files":{"x":{}}}']) expect(leftBy(text, stack())).toEqual([]);
  });
});

test("what somebody else started as it should be is adopted; with another environment it is made anew", () => {
  const desired = stack();
  const { spec: _, ...db } = running(desired).services["db"]?.[0] ?? ({} as ContainerActual);
  const environment = testDigest(desired.services["db"]?.environment ?? []) ?? "";
  const as = (foreign: ContainerActual["foreign"]): StackActual => ({
    ...running(desired),
    services: { ...running(desired).services, db: [{ ...db, ...(foreign && { foreign }) }] },
  });
  expect(notes(desired, as({ command: [], environment }))).toEqual(["service:db adopts: somebody else started it as it should be"]);
  expect(notes(desired, as({ command: [], environment: "other" }))).toEqual(["service:db recreates: environment differs"]);
});

test("what was adopted is told by its note: each container has its line, and an older line that lacks what it mounts is written anew", () => {
  expect(notesIn("a1 5p3c c0\na2 5p3c -\na3 5p3c\n\n")).toEqual([
    ["a1", { spec: "5p3c", content: "c0" }],
    ["a2", { spec: "5p3c" }],
  ]);
  const { stdin = [] } = adoption(stack(), "web");
  expect(stdin).toEqual([{ sha256: stack().services["web"]?.spec }, " ", { sha256: contentText(stack().services["web"] as StackService, stack()) }]);
  expect(adoption(stack(), "db").stdin?.slice(1)).toEqual([" ", "-"]);
});

test("stopped: what runs is stopped, what does not is left", () => {
  expect(notes(stack({ state: "stopped" }), running(stack()))).toEqual(["service:db stops", "service:web stops", "service:side stops"]);
});

test("orphans go only when asked", () => {
  const actual = { ...running(stack()), orphans: ["old"] };
  expect(notes(stack(), actual)).toEqual([]);
  expect(notes(stack({ prune: true }), actual)).toEqual(["orphan:old its service is not in the file any more"]);
});

test("the job is told the images first, then exactly what was planned, level by level", () => {
  const changes = composeStackKind.diff(stack(), { found: "absent" }, ahead);
  const steps = composeStackKind.steps(stack(), { found: "absent" }, { changes, now: new Date(0) });
  const job = steps.find((step) => step.do === "detached");
  expect(job?.do === "detached" && job.args.slice(4)).toEqual([
    "image:app:1",
    "create:db:running",
    "create:init:completed",
    "level",
    "create:web:running",
    "level",
    "create:side:running",
    "level",
  ]);
  expect(steps.map(titleOf).at(-1)).toBe("write /srv/a/.hlx/desired.json");
});

test("the compose file on the host has nothing left to fill in, and a secret as it is spelled there", () => {
  const desired = stack();
  const text = fillPieces(composeText(desired), { reveal: () => `p"$x\\` });
  const { services } = JSON.parse(text);
  expect(services.web.environment).toEqual({ PASSWORD: `p"$$x\\`, COST: "5$$" });
  expect(services.web.labels["io.hlx.spec"]).toMatch(/^[0-9a-f]{64}$/);
  expect(hasSecret(composeText(desired))).toBe(true);
  expect(JSON.stringify(desired)).not.toContain(testSecret({ secret: "db.password" }));
});

test("undo: what hlx kept of the last apply is desired again; without it nothing is known", () => {
  const pre = new Map([["/srv/a/.hlx/desired.json", { sha256: "", content: JSON.stringify(stack({ waitSeconds: 7 })) }]]);
  const before = { found: "present" as const, actual: running(stack()) };
  expect(composeStackKind.restore?.(stack(), before, pre)).toMatchObject({ waitSeconds: 7 });
  expect(composeStackKind.restore?.(stack(), before, new Map())).toHaveProperty("irreversible");
  expect(composeStackKind.restore?.(stack(), { found: "absent" }, new Map())).toMatchObject({ absent: true });
});

test("the files of several stacks are read once", () => {
  const looked: string[] = [];
  const env = {
    get TAG() {
      looked.push("TAG");
      return "1";
    },
  };
  composeStacks([{ name: "one", dir: "/srv/one", compose: "services: { a: { image: 'x:${TAG}' } }\n", env }]);
  expect(looked).toEqual(["TAG"]);
});

test("several stacks of a host: ports are checked, and what makes a network comes first", () => {
  const one = {
    name: "one",
    dir: "/srv/one",
    compose: "services: { a: { image: x:1, ports: [80:80], networks: [n] } }\nnetworks: { n: { external: true } }\n",
  };
  const two = { name: "two", dir: "/srv/two", compose: "services: { a: { image: x:1, networks: [n] } }\nnetworks: { n: { name: n } }\n" };
  expect(composeStacks([one, two]).map(({ id }) => id)).toEqual(["compose.stack:two", "compose.stack:one"]);
  expect(() => composeStacks([one, { ...one, name: "three" }])).toThrow("both publish 80/tcp");
  expect(composeStacks([two])[0]?.provides).toContain("docker-network:n");
});
