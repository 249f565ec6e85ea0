// What every host has: packages, accounts, time zone, and a few limits.
import { defineRole, packages, unitOf } from "hlx";
import { timezone, unknownZone } from "./clock.ts";
import { keyInputs } from "./keys.ts";
import { params } from "./params.ts";
import { sshd } from "./sshd.ts";
import { hostname, journal, motd, sysctl, upgrades } from "./system.ts";
import { account } from "./users.ts";

export default defineRole({
  name: "base",
  summary: "What every host has: packages, accounts with keys and sudo, time zone, and optional limits of sshd, journal and kernel.",
  params,
  inputs({ params }) {
    return Object.assign({}, ...Object.entries(params.users).map(([name, user]) => keyInputs(name, user)));
  },
  claims: ({ params }) => unknownZone(params.timezone),
  declare({ params, host, facts, inputs }) {
    const names = [...params.packages, ...params.extraPackages];
    return [
      packages(names, { provides: names.includes("openssh-server") ? [unitOf("ssh")] : [] }),
      ...(params.hostname ? hostname(host.name) : []),
      ...(params.timezone === undefined ? [] : timezone(params.timezone)),
      ...Object.entries(params.users).flatMap(([name, user]) => account(name, user, inputs)),
      ...(params.sshd === undefined ? [] : sshd(params.sshd, facts)),
      ...sysctl(params.sysctl, facts),
      ...(params.journalMax === undefined ? [] : journal(params.journalMax)),
      ...(params.motd === undefined ? [] : [motd(params.motd)]),
      ...(params.unattendedUpgrades === undefined ? [] : upgrades(params.unattendedUpgrades)),
    ];
  },
});
