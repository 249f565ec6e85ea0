// How the lab gets its means: an engine or a reason, and this machine's own way to its mirrors.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configFrom, sourcesFrom } from "../../src/lab/apt.ts";
import { ensureEngine } from "../../src/lab/engine.ts";
import { withLock } from "../../src/lab/lock.ts";
import { ProblemError, problemOf } from "../../src/model/problem.ts";

test("without an engine and without root the reason is said", async () => {
  const thrown = await ensureEngine({ env: { PATH: "/nowhere" }, uid: 1000, install: true, folder: "/nowhere", say: () => undefined }).catch(
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ProblemError);
  expect(problemOf(thrown)).toMatchObject({ code: "missing", message: "no container engine answers, and only root can start one" });
});

test.each([
  [
    "Debian's own archives",
    "http://m/debian/ bookworm main\nhttp://m/debian-security bookworm-security main\n",
    "deb http://m/debian/ bookworm main\ndeb http://m/debian-security bookworm-security main\n",
  ],
  ["not those of others", "http://m/debian bookworm main\nhttps://apt.pg.org/pub/repos/apt bookworm-pgdg main\n", "deb http://m/debian bookworm main\n"],
  ["the public mirror on another system", "http://m/ubuntu noble main\n", expect.stringContaining("deb http://deb.debian.org/debian bookworm main\n")],
])("sources: %s", (_, targets, expected) => expect(sourcesFrom(targets, "bookworm")).toEqual(expected));

const none = 'Acquire::Languages "none";\n';

const proxy = 'Acquire::http::Proxy "http://p:1";\n';

test.each([
  { says: "apt's proxy, and nothing of its media", dump: `${proxy}Acquire::cdrom::mount "/m";\n`, env: {}, expected: `${proxy}${none}` },
  { says: "apt's proxy before the environment's", dump: proxy, env: { http_proxy: "http://q" }, expected: `${proxy}${none}` },
  { says: "the environment's proxy", dump: "", env: { https_proxy: "http://q" }, expected: `Acquire::https::Proxy "http://q";\n${none}` },
  { says: "no value that would end its line", dump: "", env: { http_proxy: 'x"; Evil "' }, expected: none },
])("apt.conf: $says", ({ dump, env, expected }) => expect(configFrom(dump, env)).toBe(expected));

test("a lock is held by one at a time, and one of a process that died is taken over", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hlx-lock-"));
  const lock = join(folder, "lock");
  writeFileSync(lock, "4194305");
  let inside = 0;
  const most: number[] = [];
  const work = async () => {
    most.push(++inside);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside--;
  };
  await Promise.all([withLock(lock, work), withLock(lock, work)]);
  expect(most).toEqual([1, 1]);
  rmSync(folder, { recursive: true });
});
