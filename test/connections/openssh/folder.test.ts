// The folder of the control sockets: ours alone, or refused.
import { chmodSync, chownSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { controlFolder } from "../../../src/connections/openssh/folder.ts";
import { problemFrom } from "../ssh/helpers.ts";
import { folder } from "../ssh/sshd.ts";

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

function fresh(): { readonly home: string; readonly run: string } {
  const home = folder();
  made.push(home);
  mkdirSync(join(home, ".hlx"));
  return { home, run: join(home, ".hlx", "run") };
}

const uid = process.getuid?.() ?? 0;
const runtime = "/nowhere";

test("~/.hlx/run is made, 0700, and found again", async () => {
  const { home, run } = fresh();
  rmSync(join(home, ".hlx"), { recursive: true });
  expect(await controlFolder({ home, uid, runtime })).toBe(run);
  expect(statSync(run).mode & 0o777).toBe(0o700);
  expect(await controlFolder({ home, uid, runtime })).toBe(run);
});

test("the system's folder of this user is preferred, but not one that others may enter", async () => {
  const [{ home, run }, { home: system }] = [fresh(), fresh()];
  expect(await controlFolder({ home, uid, runtime: system })).toBe(join(system, "hlx"));
  chmodSync(system, 0o755);
  expect(await controlFolder({ home, uid, runtime: system })).toBe(run);
});

test.each<readonly [string, (run: string, home: string) => void, string]>([
  ["a planted link", (run, home) => symlinkSync(home, run), "is a link"],
  ["a file", (run) => writeFileSync(run, ""), "is no folder"],
  ["a foreign owner", (run) => [mkdirSync(run, 0o700), chownSync(run, 1, 1)], "belongs to user 1"],
  ["a folder that others may enter", (run) => [mkdirSync(run), chmodSync(run, 0o750)], "may be entered by others"],
])("sec/18 %s is refused", async (_, plant, because) => {
  const { home, run } = fresh();
  plant(run, home);
  const problem = await problemFrom(controlFolder({ home, uid, runtime }));
  expect(problem).toMatchObject({ code: "trust", message: expect.stringContaining(because), hint: expect.stringContaining(run) });
});
