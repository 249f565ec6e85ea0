// The key of the hashes in plans and state: from the identity, else one of this project's own.
import { hkdfSync, randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, linkSync, mkdirSync, openSync, readSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ProblemError } from "../model/problem.ts";

const length = 32;
/** Never changed: every hash that was recorded hangs on it. */
const label = "hlx keyed hashes 1";

/** The same identity gives the same key on every machine; the key tells nothing about the identity. */
export function keyFromIdentity(identity: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", identity, "", label, length));
}

/** `FOLDER/key`, made once with mode 0600. Throws ProblemError when it is no key, or not only ours. */
export function keyInFolder(folder: string): Uint8Array {
  const path = join(folder, "key");
  try {
    return readKey(path) ?? makeKey(folder, path);
  } catch (thrown) {
    if (thrown instanceof ProblemError) throw thrown;
    throw new ProblemError({ code: "input", message: `the key ${path}: ${(thrown as Error).message}`, cause: thrown });
  }
}

function readKey(path: string): Uint8Array | undefined {
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return undefined;
  try {
    const stats = fstatSync(descriptor);
    if ((stats.mode & 0o077) !== 0)
      throw new ProblemError({ code: "trust", message: `the key ${path} is open to others`, hint: "make a new one: remove it; the next apply records anew" });
    const key = new Uint8Array(length);
    if (stats.size === length && readSync(descriptor, key) === length) return key;
    throw new ProblemError({
      code: "input",
      message: `the key ${path} is damaged: ${stats.size} bytes instead of ${length}`,
      hint: "remove it; the next apply records anew",
    });
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

// Linked into place whole: of two at once, one wins and both read the same key.
function makeKey(folder: string, path: string): Uint8Array {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const staged = `${path}.new-${randomBytes(8).toString("hex")}`;
  writeFileSync(staged, randomBytes(length), { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(staged, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
  } finally {
    unlinkSync(staged);
  }
  return readKey(path) ?? new Uint8Array();
}
