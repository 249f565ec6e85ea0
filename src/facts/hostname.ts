// The host's own name, as its kernel says it.
import { type Fact, matching } from "./fact.ts";

export const hostname: Fact<string> = {
  script: "uname -n",
  // hostname(7) asks for less; Linux takes 64 bytes of anything, and underscores are common.
  parse: (output) => matching(output, /^[A-Za-z0-9_.-]{1,255}$/),
};
