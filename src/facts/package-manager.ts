// Which package manager the host has, among those that hlx knows.
import type { Facts } from "../model/facts.ts";
import { type Fact, matching } from "./fact.ts";

export const packageManager: Fact<Facts["packageManager"]> = {
  script: "if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then echo apt; else echo none; fi",
  parse: (output) => (matching(output, /^(apt|none)$/) === "apt" ? "apt" : "none"),
};
