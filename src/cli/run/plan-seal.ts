// The seal of a saved plan: who carries it may read it, and cannot change it unseen.
import { keyedHash } from "../../lib/hash.ts";
import { canonical, isRecord } from "../../lib/json.ts";
import type { Plan } from "../../model/plan.ts";
import { ProblemError } from "../../model/problem.ts";

export interface Seal {
  /** Says which key it was made with, and nothing of the key. */
  readonly key: string;
  /** HMAC-SHA-256 over the canonical plan. */
  readonly mac: string;
}

/** The plan as it is written, sealed with the key of the secrets' identity (else the project's own). */
export function sealed(plan: Plan, key: Uint8Array): Plan & { readonly seal: Seal } {
  const plain = JSON.parse(JSON.stringify(plan)) as Plan;
  return { ...plain, seal: { key: nameOf(key), mac: macOf(plain, key) } };
}

/** The plan without its seal. Throws ProblemError (stale) when it was changed since it was made, or when nobody can tell here; `unchecked` takes the latter. */
export function unsealed(read: Plan, key: Uint8Array, { file, unchecked }: { readonly file: string; readonly unchecked: boolean }): Plan {
  const { seal, ...plan } = read as Plan & { readonly seal?: unknown };
  if (isSeal(seal) && seal.key === nameOf(key)) {
    if (seal.mac === macOf(plan, key)) return plan;
    throw new ProblemError({ code: "stale", message: `${file} was changed since it was made: its seal is broken`, hint: "plan again" });
  }
  if (unchecked) return plan;
  throw new ProblemError({
    code: "stale",
    message: `${file} ${isSeal(seal) ? "was made with another identity" : "has no seal"}: nobody here can tell whether it was changed since it was made`,
    hint: "make and apply it with the same age identity (HLX_AGE_KEY_FILE); or look at all of it with hlx show -D, and say --unsealed",
  });
}

function macOf(plan: Plan, key: Uint8Array): string {
  return keyedHash(key, `hlx plan 1\n${canonical(plan)}`);
}

function nameOf(key: Uint8Array): string {
  return keyedHash(key, "hlx key name 1").slice(0, 16);
}

function isSeal(value: unknown): value is Seal {
  return isRecord(value) && typeof value["key"] === "string" && typeof value["mac"] === "string";
}
