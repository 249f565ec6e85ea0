// The settings that the double knows: a good part of FTL 6.4.1's 162, with their types, and which of them restart it or end all sessions.

export type Value = boolean | number | string | readonly string[];

export interface Key {
  readonly type: "boolean" | "unsigned integer" | "string" | "string array" | "enum (string)" | "password (write-only string)";
  readonly value: Value;
  /** `flags.restart_dnsmasq`. */
  readonly restart?: true;
  /** `flags.session_reset`. */
  readonly reset?: true;
  readonly allowed?: readonly string[];
}

const flag = (value: boolean): Key => ({ type: "boolean", value });
const count = (value: number): Key => ({ type: "unsigned integer", value });
const word = (value: string): Key => ({ type: "string", value });
const words = (value: readonly string[] = []): Key => ({ type: "string array", value });
const one = (value: string, allowed: readonly string[]): Key => ({ type: "enum (string)", value, allowed });
const hidden: Key = { type: "password (write-only string)", value: "", reset: true };
const restarts = (key: Key): Key => ({ ...key, restart: true });

export const keys: Readonly<Record<string, Key>> = {
  "dns.upstreams": restarts(words()),
  "dns.hosts": words(),
  "dns.cnameRecords": restarts(words()),
  "dns.revServers": restarts(words()),
  "dns.domain.name": restarts(word("lan")),
  "dns.domain.local": restarts(flag(true)),
  "dns.domainNeeded": restarts(flag(false)),
  "dns.expandHosts": restarts(flag(false)),
  "dns.bogusPriv": restarts(flag(true)),
  "dns.dnssec": restarts(flag(false)),
  "dns.interface": restarts(word("")),
  "dns.hostRecord": restarts(word("")),
  "dns.listeningMode": restarts(one("LOCAL", ["LOCAL", "SINGLE", "BIND", "ALL", "NONE"])),
  "dns.port": restarts(count(53)),
  "dns.queryLogging": restarts(flag(true)),
  "dns.cache.size": restarts(count(10000)),
  "dns.CNAMEdeepInspect": flag(true),
  "dns.EDNS0ECS": flag(true),
  "dns.ignoreLocalhost": flag(false),
  "dns.piholePTR": one("PI.HOLE", ["NONE", "HOSTNAME", "HOSTNAMEFQDN", "PI.HOLE"]),
  "dns.replyWhenBusy": one("ALLOW", ["BLOCK", "ALLOW", "REFUSE", "DROP"]),
  "dns.blockTTL": count(2),
  "dns.blocking.active": flag(true),
  "dns.blocking.mode": one("NULL", ["NULL", "IP_NODATA_AAAA", "IP", "NX", "NODATA"]),
  "dns.specialDomains.mozillaCanary": flag(true),
  "dns.specialDomains.iCloudPrivateRelay": flag(true),
  "dns.rateLimit.count": count(1000),
  "dns.rateLimit.interval": count(60),
  "dhcp.active": restarts(flag(false)),
  "dhcp.start": restarts(word("")),
  "dhcp.end": restarts(word("")),
  "dhcp.router": restarts(word("")),
  "dhcp.netmask": restarts(word("")),
  "dhcp.leaseTime": restarts(word("")),
  "dhcp.hosts": restarts(words()),
  "ntp.ipv4.active": flag(true),
  "ntp.ipv6.active": flag(true),
  "ntp.sync.active": flag(true),
  "resolver.resolveIPv4": flag(true),
  "resolver.refreshNames": one("IPV4_ONLY", ["IPV4_ONLY", "ALL", "UNKNOWN", "NONE"]),
  "database.maxDBdays": count(91),
  "webserver.domain": word("pi.hole"),
  "webserver.port": word("80o,443os,[::]:80o,[::]:443os"),
  "webserver.session.timeout": count(1800),
  "webserver.api.max_sessions": count(16),
  "webserver.api.password": hidden,
  "webserver.api.pwhash": { ...word(""), reset: true },
  "webserver.api.app_pwhash": { ...word(""), reset: true },
  "webserver.api.totp_secret": { ...word(""), reset: true },
  "webserver.api.app_sudo": flag(false),
  "webserver.api.excludeClients": words(),
  "misc.privacylevel": count(0),
  "misc.etc_dnsmasq_d": restarts(flag(false)),
  "misc.dnsmasq_lines": restarts(words()),
  "misc.readOnly": flag(false),
};
