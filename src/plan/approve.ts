// The rule of approval: what was shown is what runs.
import { type Change, risks } from "../model/kind.ts";

/** The changes that nobody approved: a property that was not shown, or a risk higher than was shown. Empty means go on. */
export function unapproved(changes: readonly Change[], approved: readonly Change[]): readonly Change[] {
  return changes.filter((change) => !approved.some((shown) => shown.property === change.property && risks.indexOf(change.risk) <= risks.indexOf(shown.risk)));
}
