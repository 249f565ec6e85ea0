// What may be written down where a secret takes part, and what such a record can bring back.
import { describe, expect, test } from "vitest";
import type { AnyKind } from "../../src/model/kind.ts";
import { fingerprint, hashOfDesired, isSealed, seal } from "../../src/plan/seal.ts";
import { lasting, wayBack } from "../../src/plan/way-back.ts";
import { noteKind } from "../../src/testing/note.ts";

const [one, other] = [1, 2].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];
const [plain, secret] = [["a"], [{ secret: "k" }]].map((value) => ({ name: "x", value }));
const found = { found: "present", actual: { sha256: "1".repeat(64) } } as const;

describe("a hash", () => {
  test("can be guessed by nobody who lacks the key, where a secret takes part", () => {
    expect(fingerprint(found, secret, one)).not.toBe(fingerprint(found, secret, other));
    expect(hashOfDesired(secret, one)).not.toBe(hashOfDesired(secret, other));
    expect(seal(found.actual, one)).not.toEqual(seal(found.actual, other));
  });
  test("is the same for everybody, where none does", () => {
    expect(fingerprint(found, plain, one)).toBe(fingerprint(found, plain, other));
    expect(hashOfDesired(plain, one)).toBe(hashOfDesired(plain, other));
  });
});

test("a secret that only lets hlx in takes no part, one beside it does", () => {
  const cluster = { token: { secret: "t" } };
  expect([isSealed({ cluster }), isSealed({ cluster }, { wayIn: "cluster" }), isSealed({ cluster, ...secret }, { wayIn: "cluster" })]).toEqual([
    true,
    false,
    true,
  ]);
});

describe("the way back", () => {
  const kind = noteKind as AnyKind;
  const before = { found: "present", actual: { value: "keyed:0123", sha256: "keyed:4567" } } as const;
  test("never leads to the hash of what was there", () => {
    const back = wayBack({ ...kind, restore: noteKind.restore as AnyKind["restore"] } as AnyKind, { desired: secret, before, images: new Map() });
    expect(JSON.stringify(back)).not.toContain("keyed:");
  });
  test("is known where nothing was there, or where no secret takes part", () => {
    expect(wayBack(kind, { desired: secret, before: { found: "absent" }, images: new Map() })).toMatchObject({ desired: { absent: true } });
    expect(wayBack(kind, { desired: plain, before: { found: "present", actual: { value: "b" } }, images: new Map() })).toMatchObject({
      desired: { value: ["b"] },
    });
  });
  test("that a kind cannot tell because of a secret is said for that reason", () => {
    const unknowing = {
      ...kind,
      restore: (_: unknown, { found: was }: { readonly found: string }) => (was === "present" ? {} : { irreversible: "?" }),
    } as unknown as AnyKind;
    expect(lasting(unknowing, secret, found)).toBe("a secret takes part, and what was there was not written down");
    expect(lasting(unknowing, plain, found)).toBeUndefined();
  });
});
