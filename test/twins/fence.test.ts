// The twins' network lies beside every range of the inventory, and nothing is installed unasked: over an engine that writes down what it is asked.
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../src/lab/engine.ts";
import { ensureNetwork, freeNetworks, overlap } from "../../src/lab/fence.ts";
import { installTools } from "../../src/lab/install.ts";

/** It has a network of this range, or none. */
function engineWith(subnet: string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "hlx-fence-"));
  const command = join(folder, "docker");
  const inspect = subnet === undefined ? "exit 1" : `echo ${subnet}`;
  writeFileSync(command, `#!/bin/sh\ncase "$*" in *inspect*) ${inspect} ;; *) echo "$*" >>${folder}/log ;; esac\n`);
  chmodSync(command, 0o755);
  writeFileSync(join(folder, "log"), "");
  const calls = (): readonly string[] => readFileSync(join(folder, "log"), "utf8").split("\n").filter(Boolean);
  return { engine: { command, env: process.env } as unknown as Engine, calls };
}

test.each([
  ["192.0.2.0/24", "192.0.2.128/25", true],
  ["192.0.2.0/25", "192.0.2.128/25", false],
  ["10.0.0.0/8", "10.1.2.3/32", true],
  ["2001:db8::/32", "2001:db8:1::/48", true],
  ["0.0.0.0/0", "2001:db8::/32", false],
])("%s and %s share an address: %s", (one, other, shared) => expect([overlap(one, other), overlap(other, one)]).toEqual([shared, shared]));

const [first = "", second = ""] = freeNetworks([]);

test("a network that is there and in nobody's way stays", async () => {
  const { engine, calls } = engineWith(first);
  await ensureNetwork(engine, "twins", { real: ["192.0.2.0/24"], own: [first] });
  expect(calls()).toEqual([]);
});

test("one that the inventory has moved into is made anew, where nobody is", async () => {
  const { engine, calls } = engineWith(first);
  await ensureNetwork(engine, "twins", { real: [first], own: [] });
  expect(calls()).toEqual(["network rm twins", expect.stringContaining(`--subnet ${second} twins`)]);
});

test("where every range is taken, none is made", async () => {
  const { engine, calls } = engineWith(undefined);
  await expect(ensureNetwork(engine, "twins", { real: ["0.0.0.0/0"], own: [] })).rejects.toThrow("no network for the twins");
  expect(calls()).toEqual([]);
});

test("nothing is installed where nobody said that it may be", async () => {
  const said: string[] = [];
  const installing = { env: { PATH: "/nowhere" }, install: false, say: (line: string) => void said.push(line) };
  await expect(installTools(installing, ["docker", "dockerd"])).rejects.toThrow("installing is not allowed");
  expect(said).toEqual([]);
});
