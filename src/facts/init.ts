// Whether systemd runs the host: the sign of sd_booted(3).
import type { Facts } from "../model/facts.ts";
import { type Fact, matching } from "./fact.ts";

export const init: Fact<Facts["init"]> = {
  script: "if [ -d /run/systemd/system ]; then echo systemd; else echo other; fi",
  parse: (output) => (matching(output, /^(systemd|other)$/) === "systemd" ? "systemd" : "other"),
};
