// How many processors a process may use there.
import { type Fact, wholeNumber } from "./fact.ts";

export const cpus: Fact<number> = {
  script: "nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || grep -c '^processor' /proc/cpuinfo",
  parse: (output) => wholeNumber(output, { min: 1, max: 65_536 }),
};
