// A Pi-hole 6: where it asks, what it answers itself, and what it blocks. Several of them change one after the other.
import { defineRole, piholeConfig, type Resource } from "hlx";
import { claimsOf } from "./claims.ts";
import { throughCli } from "./cli.ts";
import { filtersOf } from "./filters.ts";
import { installed } from "./install.ts";
import { type Params, params } from "./params.ts";
import { settingsOf, type Value } from "./settings.ts";
import { stacked } from "./stack.ts";

export default defineRole({
  name: "pihole",
  summary: "A Pi-hole 6: upstreams, conditional forwarding, local names, lists, domains, groups and clients. Several are changed one after the other.",
  params,
  claims: ({ params, ...around }) => claimsOf(params, around),
  declare({ params, ...around }) {
    const settings = settingsOf(params, around);
    return [
      ...stacked(params),
      ...installed(params, settings),
      ...configured(params, settings),
      ...(params.through === "api" ? filtersOf(params, around) : []),
    ];
  },
});

// One lock over all hosts: while one Pi-hole starts anew, another one answers.
function configured({ port, password, through }: Params, settings: Readonly<Record<string, Value>>): readonly Resource[] {
  if (through === "cli") return throughCli(settings);
  if (Object.keys(settings).length === 0 && password === undefined) return [];
  return [piholeConfig({ port, ...(password === undefined ? {} : { password }), settings, exclusive: "pihole" })];
}
