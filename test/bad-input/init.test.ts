// A first project: written, valid, and never written over another.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inProcess, underNode } from "./project.ts";

const empty = () => mkdtempSync(join(tmpdir(), "hlx-init-"));

test("hlx init writes a project that is valid", async () => {
  const folder = empty();
  expect((await inProcess(folder, ["init"])).out).toBe(
    "Wrote inventory.yaml.\nWrote site.yaml.\nWrote roles/hello/role.ts.\nNext: write your hosts into inventory.yaml, then: hlx validate\n",
  );
  expect(underNode(folder, ["validate"])).toMatchObject({ code: 0, out: "Valid. 1 host, 1 role, 1 role call.\n", err: "" });
});

test("in a folder that it makes", async () => {
  const folder = empty();
  expect(await inProcess(folder, ["init", "lab"])).toMatchObject({ code: 0 });
  expect(readdirSync(join(folder, "lab")).sort()).toEqual(["inventory.yaml", "roles", "site.yaml"]);
});

test("nothing is written when one of its files is there", async () => {
  const folder = empty();
  mkdirSync(join(folder, "lab"));
  writeFileSync(join(folder, "lab/site.yaml"), "mine");
  expect(await inProcess(folder, ["init", "lab"])).toMatchObject({
    code: 1,
    err: "error: not writing over lab/site.yaml\n  name another folder: hlx init FOLDER\nexit 1 (1 error)\n",
  });
  expect([readdirSync(join(folder, "lab")), readFileSync(join(folder, "lab/site.yaml"), "utf8")]).toEqual([["site.yaml"], "mine"]);
});

test("a file in place of its folder is told", async () => {
  const folder = empty();
  writeFileSync(join(folder, "lab"), "mine");
  expect((await inProcess(folder, ["init", "lab"])).err).toMatch(/^error: cannot write lab\/inventory\.yaml: /);
});
