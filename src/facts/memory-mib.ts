// The memory of the host; in a container that of the machine below it.
import { type Fact, wholeNumber } from "./fact.ts";

/** In MiB, rounded down. */
export const memoryMiB: Fact<number> = {
  script: "grep '^MemTotal:' /proc/meminfo",
  parse: (output) => {
    const [, kibibytes = output] = /^MemTotal: +([0-9]+) kB$/.exec(output.trim()) ?? [];
    return Math.floor(wholeNumber(kibibytes, { min: 0, max: 2 ** 47 }) / 1024);
  },
};
