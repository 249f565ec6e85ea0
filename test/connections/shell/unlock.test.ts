// Breaking a lock: of the holder that was shown and no other, and its next write is refused.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockOf, unlock } from "../../../src/connections/shell/unlock.ts";
import { freshHost, holder, plain, sessionOn, shells, writerOn } from "./host.ts";

const touch = (path: string) => ({ do: "run", title: "touch", script: ': >"$1"', args: [path] }) as const;

describe.each(shells)("unlock under $name", (sh) => {
  test("says who holds it; broken, the old holder writes no more and the next one gets it", async () => {
    const host = freshHost();
    const lib = join(host, "lib");
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    expect(await lockOf(two, lib)).toEqual({ lock: "free" });
    const writer = await writerOn(one);
    const found = await lockOf(two, lib);
    expect(found).toMatchObject({ lock: "held", holder, busy: false });
    if (found.lock === "free") throw new Error("free");
    expect(await unlock(two, `${found.line} `, lib)).toMatchObject({ lock: "held" });
    expect(await unlock(two, found.line, lib)).toMatchObject({ lock: "unlocked", holder });
    expect(await lockOf(two, lib)).toEqual({ lock: "free" });
    expect(await writer.batch([touch(join(host, "stale"))], plain)).toMatchObject([{ result: "failed" }]);
    expect(existsSync(join(host, "stale"))).toBe(false);
    expect((await two.lock({ ...holder, run: "8" })).lock).toBe("held");
  });

  test("what still runs is told, and waited for by the next holder", async () => {
    const host = freshHost();
    const lib = join(host, "lib");
    const [one, two] = [await sessionOn(host, { sh }), await sessionOn(host, { sh })];
    const writer = await writerOn(one);
    const done = writer.batch([{ do: "run", title: "slow", script: ': >"$1"; sleep 2', args: [join(host, "begun")] }], plain);
    await expect.poll(() => existsSync(join(host, "begun"))).toBe(true);
    const found = await lockOf(two, lib);
    if (found.lock === "free") throw new Error("free");
    expect(found.busy).toBe(true);
    expect(await unlock(two, found.line, lib)).toMatchObject({ lock: "unlocked", busy: true });
    expect((await two.lock({ ...holder, run: "8" })).lock).toBe("refused");
    await done;
    expect((await two.lock({ ...holder, run: "8" })).lock).toBe("held");
  });
});
