// The kernel's release.
import { type Fact, matching } from "./fact.ts";

export const kernel: Fact<string> = { script: "uname -r", parse: (output) => matching(output, /^[\x21-\x7e]{1,128}$/) };
