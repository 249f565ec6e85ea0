// What cannot be looked at is unknown, never absent: files, Compose, the engine.
import { expect, test } from "vitest";
import type { DockerReader } from "../../src/model/ports/docker.ts";
import type { ShellReader } from "../../src/model/ports/shell.ts";
import { type ProblemCode, ProblemError } from "../../src/model/problem.ts";
import { composeStackKind } from "../../src/resources/compose-stack.ts";
import { dockerContainerKind } from "../../src/resources/docker-container.ts";
import { dockerNetworkKind } from "../../src/resources/docker-network.ts";
import { dockerVolumeKind } from "../../src/resources/docker-volume.ts";
import { stack } from "./bench.ts";

const nothing = async () => [];
const docker = { containers: nothing, networks: nothing, volumes: nothing } as unknown as DockerReader;

/** A host where `docker compose version` ends so, and where files are as `seen` says: the output of reads. */
function shell({ version = "status 0", seen = "absent" } = {}): ShellReader {
  const ask: ShellReader["ask"] = async (read, query) => {
    const output = read.name === "docker-compose" ? version : seen.replace("absent", "p 0 absent").replace("denied", "p 0 denied");
    const [answer] = read.parse(output, [query]);
    return answer as never;
  };
  return { ask } as ShellReader;
}

const unreadable = "p 0 there\ns 8180 0 0 root root 3 1\nh 0 -";

test.each([
  ["nothing there", {}, { found: "absent" }],
  ["a folder that may not be searched", { seen: "denied" }, { found: "unknown", because: { code: "privilege" } }],
  ["a file that may not be read", { seen: unreadable }, { found: "unknown", because: { code: "privilege" } }],
  ["no Compose", { version: "status 1" }, { found: "blocked", needs: "docker:compose" }],
  ["no docker", { version: "status 127" }, { found: "blocked", needs: "docker:compose" }],
  ["a docker that may not be run", { version: "status 126" }, { found: "unknown" }],
  ["a docker that was killed", { version: "status 137" }, { found: "unknown" }],
  ["no answer at all", { version: "" }, { found: "unknown" }],
])("a stack, with %s", async (_, host, expected) => {
  expect(await composeStackKind.probe(stack(), { shell: shell(host), docker })).toMatchObject(expected);
});

const kinds = [
  [composeStackKind, stack()],
  [dockerContainerKind, stack()],
  [dockerNetworkKind, { name: "x", driver: "bridge", internal: false }],
  [dockerVolumeKind, { name: "x", driver: "local" }],
] as const;

test.each<readonly [string, ProblemCode, string, string]>([
  ["no Docker at all", "missing", "blocked", "absent"],
  ["an engine that does not answer", "silent", "blocked", "unknown"],
  ["an engine that may not be asked", "privilege", "unknown", "unknown"],
])("where there is %s, nobody takes what should go for gone without knowing it", async (...[, code, wanted, gone]) => {
  const failing = () => Promise.reject(new ProblemError({ code, message: "no" }));
  const on = { shell: shell(), docker: { containers: failing, networks: failing, volumes: failing } as unknown as DockerReader };
  for (const [kind, desired] of kinds) {
    const probe = (one: object) => kind.probe(one as never, on);
    expect([kind.kind, (await probe(desired)).found, (await probe({ ...desired, absent: true })).found]).toEqual([kind.kind, wanted, gone]);
  }
});
