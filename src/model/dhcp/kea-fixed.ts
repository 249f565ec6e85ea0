// The members of Kea's `Dhcp4` that hlx gives without being asked, and those that it was asked for in Kea's own words.
import { isRecord, type JsonObject, same } from "../../lib/json.ts";
import type { DhcpModel } from "./model.ts";

// As Debian's own file has them: the lease file and the socket are where Kea's other tools look for them.
const fixed: JsonObject = {
  "control-socket": { "socket-type": "unix", "socket-name": "/run/kea/kea4-ctrl-socket" },
  "lease-database": { type: "memfile", "lfc-interval": 3600 },
  loggers: [{ name: "kea-dhcp4", output_options: [{ output: "stdout", pattern: "%-5p %m\n" }], severity: "INFO" }],
};

/** What hlx has no word for, by its name in `Dhcp4`; what was asked for wins. */
export function keaExtra({ ddns, extra }: DhcpModel): JsonObject {
  // A client that wants to update its name itself has no key to do so.
  const override = ddns === undefined ? {} : { "ddns-override-client-update": true };
  return { ...fixed, ...override, ...(isRecord(extra) ? (extra as JsonObject) : {}) };
}

/** How Kea is run, not whom it serves: nobody's business unless somebody asks for it. */
const housekeeping: readonly string[] = ["control-socket", "control-sockets", "loggers", "expired-leases-processing"];

/** True for a member of `Dhcp4` that need not be told of. `asked` are those that the model has values for. */
export function isQuiet(name: string, value: unknown, asked: readonly string[]): boolean {
  if (asked.includes(name)) return false;
  return housekeeping.includes(name) || (Object.hasOwn(fixed, name) && same(fixed[name], value));
}
