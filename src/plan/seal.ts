// What may be written down of an actual: plain where no secret takes part, keyed hashes where one does.
import { keyedHash, sha256 } from "../lib/hash.ts";
import { canonical, isRecord, type Json } from "../lib/json.ts";
import type { AnyKind, Known } from "../model/kind.ts";
import { secretsIn } from "../model/text.ts";

/** The fingerprint of what was found: hash of the canonical Actual, keyed when the desired state holds a secret. */
export function fingerprint(found: Known<unknown>, desired: unknown, key: Uint8Array): string {
  const actual = found.found === "absent" ? "absent" : canonical(found.actual);
  return hashFor(desired, key)(actual);
}

/** Hash of a desired state, so that state can tell "we changed our mind" without holding it. */
export function hashOfDesired(desired: unknown, key: Uint8Array): string {
  return hashFor(desired, key)(canonical(desired));
}

/** True when a secret takes part, so that nothing of the actual may be written down as it is. One that only lets hlx in takes no part. */
export function isSealed(desired: unknown, kind?: Pick<AnyKind, "wayIn" | "mayHoldSecrets">): boolean {
  const { wayIn } = kind ?? {};
  if (kind?.mayHoldSecrets?.(desired) === true) return true;
  if (wayIn === undefined || !isRecord(desired)) return secretsIn(desired).length > 0;
  const { [wayIn]: _, ...rest } = desired;
  return secretsIn(rest).length > 0;
}

/** The actual with every string replaced by its keyed hash; equal inputs stay equal. */
export function seal(actual: unknown, key: Uint8Array): Json {
  if (typeof actual === "string") return `keyed:${keyedHash(key, actual).slice(0, 32)}`;
  if (Array.isArray(actual)) return actual.map((item) => seal(item, key));
  if (isRecord(actual)) return Object.fromEntries(Object.entries(actual).map(([name, value]) => [name, seal(value, key)]));
  return (actual ?? null) as Json;
}

function hashFor(desired: unknown, key: Uint8Array): (text: string) => string {
  return isSealed(desired) ? (text) => keyedHash(key, text) : sha256;
}
