// The README's first command: the example's hosts go from bare Debian to converged, in twins, and nothing is left over.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineRun } from "../../src/lab/engine.ts";
import { engine } from "./hosts.ts";
import { project } from "./project.ts";

const root = new URL("../../", import.meta.url).pathname;

test("hlx rehearse converges every host of the example in one apply, sees nothing left to do, and removes the twins", async () => {
  const lab = project({});
  for (const path of ["inventory.example.yaml", "playbooks", "keys"]) cpSync(join(root, path), join(lab.folder, path), { recursive: true });
  const env = Object.fromEntries(Object.entries(engine.env).flatMap(([name, value]) => (name === "DOCKER_HOST" && value !== undefined ? [[name, value]] : [])));
  const { code, stdout, stderr } = await lab.start(["rehearse", "inventory.example.yaml", "--install"], { env }).ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining("10 guests of Proxmox nodes: made and started by the plan, through a double of the nodes' API")]);
  expect(stdout).toMatch(/Plan: \d+ to add, \d+ to change, 0 to remove\. 14 hosts/);
  expect(stdout).toMatch(/\+ ocean +proxmox\.vm:5000 +from a copy of template 9998/);
  expect(stderr).toContain("booting hlx-");
  expect(stdout).toMatch(/Verified: (\d+) of \1 probed again as desired/);
  expect(stdout).toMatch(/nothing may be left to do\.\nNo changes\. 14 hosts/);
  const left = await engineRun(engine, ["ps", "-a", "--format", "{{.Names}}", "--filter", "label=hlx.lab.twin"]);
  expect(left.split("\n").filter((name) => name.includes(lab.folder.split("-").at(-1)?.toLowerCase() ?? "?"))).toEqual([]);
});
