// Whether what was there before a change can be desired again, and what to desire then. Pure.
import type { AnyKind, Found, Irreversible, Known, PreImages } from "../model/kind.ts";
import type { Problem } from "../model/problem.ts";
import { isSealed } from "./seal.ts";

export interface Was {
  readonly desired: unknown;
  readonly before: Found<unknown>;
  readonly images: PreImages;
}

/** What to desire to get back to what was found, or why nothing can. */
export function wayBack(kind: AnyKind, { desired, before, images }: Was): { readonly desired: unknown } | Irreversible {
  if (kind.restore === undefined) return { irreversible: `nothing is known that undoes a ${kind.kind}` };
  const unwritten = isSealed(desired, kind) && before.found !== "absent";
  const back = kind.restore(desired, unwritten ? { found: "unknown", because: notWritten } : before, images);
  if (!isIrreversible(back)) return { desired: back };
  return unwritten ? { ...back, irreversible: notWritten.message } : back;
}

// A kind may have kept by itself, on the host, what nobody may write down here.
const notWritten: Problem = { code: "unknown", message: "a secret takes part, and what was there was not written down" };

/** Why nothing will bring back what was found once it is changed; undefined where something can: apply keeps a copy of every file that it replaces or removes. */
export function lasting(kind: AnyKind, desired: unknown, found: Known<unknown>): string | undefined {
  const back = wayBack(kind, { desired, before: found, images: new Map() });
  return isIrreversible(back) && back.copyOf === undefined ? back.irreversible : undefined;
}

function isIrreversible(value: unknown): value is Irreversible {
  return typeof value === "object" && value !== null && "irreversible" in value;
}
