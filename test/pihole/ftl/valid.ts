// What FTL checks in a setting's value before it takes it, and what it lets through.
import { isIP } from "node:net";
import type { Value } from "./keys.ts";

interface Wrong {
  readonly message: string;
  readonly hint: string;
}

/** The first thing in this value that FTL refuses, with the element in the hint. DHCP hosts are hardly looked at. */
export function wrongElement(key: string, value: Value): Wrong | undefined {
  const check = checks[key];
  if (check === undefined || !Array.isArray(value)) return undefined;
  const bad = (value as readonly string[]).findIndex((item) => !check(item));
  if (bad < 0) return undefined;
  if (key === "misc.dnsmasq_lines") return { message: "Invalid configuration", hint: `bad option at line ${100 + bad} of /etc/pihole/dnsmasq.conf.temp` };
  return { message: "Config item validation failed", hint: `${key}[${bad}]: invalid element "${value[bad]}"` };
}

const checks: Readonly<Record<string, (item: string) => boolean>> = {
  "dns.hosts": (item) => {
    const [address = "", name] = item.split(" ");
    return isIP(address) !== 0 && name !== undefined && !name.startsWith("#");
  },
  "dns.upstreams": (item) => /^[^\s#]+(#\d{1,5})?$/.test(item),
  "dns.revServers": (item) => {
    const [active, net = "", server] = item.split(",");
    return (active === "true" || active === "false") && /^[0-9a-fA-F.:]+(\/\d+)?$/.test(net) && server !== undefined && server !== "";
  },
  "dns.cnameRecords": (item) => item.split(",").length >= 2 && !item.split(",").includes(""),
  "misc.dnsmasq_lines": (item) => !item.startsWith("no-such-option"),
};
