// The hardware's architecture.
import { type Fact, matching } from "./fact.ts";

export const machine: Fact<string> = { script: "uname -m", parse: (output) => matching(output, /^[A-Za-z0-9_.-]{1,64}$/) };
