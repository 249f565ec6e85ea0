// A saved plan that somebody changed on its way is refused; so is one of which nobody can tell.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { sealed, unsealed } from "../../src/cli/run/plan-seal.ts";
import { planFrom } from "../../src/cli/run/saved.ts";
import { canonical } from "../../src/lib/json.ts";
import { memoryIo } from "../cli/memory-io.ts";
import { everything } from "../cli/plans.ts";

const key = new Uint8Array(32).fill(7);
const text = JSON.stringify(sealed(everything, key));
const checked = { file: "f.plan", unchecked: false };
const read = (written: string) => unsealed(planFrom(written, "f.plan"), key, checked);

describe("sec/50 a saved plan", () => {
  test("is what was saved", () => expect(canonical(read(text))).toBe(canonical(JSON.parse(JSON.stringify(everything)))));

  test("with any byte changed is refused, or is still the very same plan", () => {
    const same = canonical(read(text));
    let refused = 0;
    for (let at = 0; at < text.length; at++) {
      const other = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      try {
        expect(canonical(read(other))).toBe(same);
      } catch (thrown) {
        expect((thrown as Error).name).toBe("ProblemError");
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(text.length * 0.7);
  });

  test.each([
    ["without its seal", (plan: object) => ({ ...plan, seal: undefined }), "has no seal"],
    ["with a seal of another identity", () => sealed(everything, new Uint8Array(32).fill(8)), "was made with another identity"],
    ["with a seal that is none", (plan: object) => ({ ...plan, seal: { key: 1 } }), "has no seal"],
  ])("%s is refused unless that is accepted by name", (_, change, why) => {
    const other = planFrom(JSON.stringify(change(JSON.parse(text) as object)), "f.plan");
    expect(() => unsealed(other, key, checked)).toThrow(why);
    expect(unsealed(other, key, { ...checked, unchecked: true })).toMatchObject({ id: everything.id });
  });

  test("that was changed is refused even then", () => {
    const other = planFrom(text.replace("/etc/motd", "/etc/m0td"), "f.plan");
    expect(() => unsealed(other, key, { ...checked, unchecked: true })).toThrow("its seal is broken");
  });

  test("starts no program that it names for its secrets before its seal is checked", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "hlx-plan-"));
    const evil = { ...everything, inventory: join(cwd, "inventory.yaml"), secrets: [{ command: ["touch", join(cwd, "pwned")] }] };
    writeFileSync(join(cwd, "evil.plan"), JSON.stringify(sealed(evil, key)));
    const { io, err } = memoryIo({ cwd });
    expect(await main(["apply", "evil.plan", "--yes"], { ...io, home: cwd })).toBe(6);
    expect(err()).toContain("was made with another identity");
    expect(() => readFileSync(join(cwd, "pwned"))).toThrow("ENOENT");
  });
});
