// The folder of long steps: only one of root's own gets a job.
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asRoot, freshHost, plain, sessionOn, writerOn } from "./host.ts";

test.skipIf(!asRoot)("sec/39 a folder of jobs that is a link, or somebody else's, gets no job", async () => {
  const host = freshHost();
  const writer = await writerOn(await sessionOn(host));
  const done = join(host, "done");
  const step = { do: "detached", title: "x", script: 'touch "$1"', args: [done], deadlineMs: 5_000 } as const;
  const refused = { result: "failed", output: expect.stringContaining("is not ours") };
  const jobs = join(host, "run/jobs");
  rmSync(jobs, { recursive: true, force: true });
  mkdirSync(join(host, "elsewhere"));
  symlinkSync(join(host, "elsewhere"), jobs);
  expect(await writer.long(step, plain)).toMatchObject(refused);
  rmSync(jobs);
  mkdirSync(jobs);
  chownSync(jobs, 65_534, 65_534);
  expect(await writer.long(step, plain)).toMatchObject(refused);
  expect([readdirSync(join(host, "elsewhere")), existsSync(done)]).toEqual([[], false]);
  chownSync(jobs, 0, 0);
  expect(await writer.long(step, plain)).toMatchObject({ result: "done" });
});
