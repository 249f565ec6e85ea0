// Taking values that were typed or given out of all that is printed from then on.
import { makeRedactor } from "../../secrets/redact.ts";
import type { Context } from "../command.ts";

/** Whatever is printed from now on is without these values, in whichever encoding. */
export function hide({ redaction }: Pick<Context, "redaction">, values: readonly string[]): void {
  const redactor = makeRedactor();
  for (const value of values) redactor.add(value);
  const before = redaction.redact;
  redaction.redact = (text) => before(redactor.redact(text));
}
