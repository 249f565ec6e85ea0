// Which commit a run was made from, where there is one.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitCommitOf } from "../../src/cli/run/git-commit.ts";
import { memoryIo } from "./memory-io.ts";

const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
const { io } = memoryIo({ env });

function repository(): string {
  const folder = mkdtempSync(join(tmpdir(), "hlx-git-"));
  execFileSync("git", ["init", "--quiet", folder], { env });
  return folder;
}

test("the commit of the work tree that a folder is in", async () => {
  const folder = repository();
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-C", folder, "commit", "--quiet", "--allow-empty", "-m", "x"], { env });
  mkdirSync(join(folder, "inner"));
  expect(await gitCommitOf(join(folder, "inner"), io)).toMatch(/^[0-9a-f]{12}$/);
});

test("a + where a file that git knows was changed since, and only there", async () => {
  const folder = repository();
  const git = (...words: readonly string[]) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-C", folder, ...words], { env });
  writeFileSync(join(folder, "site.yaml"), "a");
  git("add", ".");
  git("commit", "--quiet", "-m", "x");
  git("tag", "v1");
  writeFileSync(join(folder, "new"), "not git's business");
  expect(await gitCommitOf(folder, io)).toMatch(/^[0-9a-f]{12}$/);
  writeFileSync(join(folder, "site.yaml"), "b");
  expect(await gitCommitOf(folder, io)).toMatch(/^[0-9a-f]{12}\+$/);
});

test("nothing without a commit, without a repository, without git", async () => {
  expect(await gitCommitOf(repository(), io)).toBeUndefined();
  expect(await gitCommitOf(mkdtempSync(join(tmpdir(), "hlx-git-")), io)).toBeUndefined();
  expect(await gitCommitOf(repository(), memoryIo({ env: { PATH: "/nowhere" } }).io)).toBeUndefined();
});
