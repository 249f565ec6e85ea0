// A word that must be one of a few.
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";

/** The word, known to be one of the choices. Throws ProblemError (usage) with the nearest, else with all of them. `what` begins the message: "unknown action". */
export function oneOf<const Choice extends string>(word: string, choices: readonly Choice[], what: string): Choice {
  const found = choices.find((choice) => choice === word);
  if (found !== undefined) return found;
  const all = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
  throw new ProblemError({ code: "usage", message: `${what} "${word}"`, hint: didYouMean(word, choices) ?? all });
}
