// What tells two installations of the same name apart: machine-id(5).
import { type Fact, matching } from "./fact.ts";

/** 32 hexadecimal digits; empty where the host has none (Alpine, a fresh image). */
export const machineId: Fact<string> = {
  script: "cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id 2>/dev/null",
  parse: (output) => (output.trim() === "uninitialized" ? "" : matching(output, /^([0-9a-f]{32})?$/)),
};
