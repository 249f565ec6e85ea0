// Keys of lab hosts: each can be logged in with.
import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newKeyPair } from "../../src/lab/key-pair.ts";

test("a pair that cannot be read is made again", () => {
  const good = newKeyPair();
  const made = [{ ...good, private: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n" }, good];
  expect(ssh2.utils.parseKey(made[0]?.private ?? "")).toBeInstanceOf(Error);
  expect(newKeyPair(() => made.shift() ?? good)).toBe(good);
  expect(made).toEqual([]);
});
