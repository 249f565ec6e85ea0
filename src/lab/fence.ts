// What keeps twins away from the machines they stand for: a network elsewhere, and no way to the real addresses.
import ipaddr from "ipaddr.js";
import type { Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { type Engine, engineRun, engineTry, ownLabel } from "./engine.ts";

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const candidates = ["172.31.213.0/24", "10.213.77.0/24", "192.168.213.0/24", "198.18.213.0/24"] as const;

/** Every network of the inventory, and every single address that lies in none of them, as CIDRs. */
export function realRanges(inventory: Inventory): readonly string[] {
  const networks = [...inventory.networks.values()].map(({ cidr }) => cidr);
  const single = [...inventory.hosts.values(), ...inventory.devices.values()].flatMap((one) => Object.values(one.addresses));
  const logins = [...inventory.hosts.values()].map(({ login }) => login.address);
  const alone = [...single, ...logins]
    .map((address) => address.split("/")[0] ?? "")
    .filter((address) => ipaddr.isValid(address) && ipaddr.parse(address).range() !== "loopback")
    .map((address) => `${address}/${address.includes(":") ? 128 : 32}`)
    .filter((address) => !networks.some((network) => overlap(network, address)));
  return [...new Set([...networks, ...alone])];
}

/** The networks for twins that overlap none of the ranges, the first choice first; none when all candidates do. */
export function freeNetworks(taken: readonly string[]): readonly string[] {
  return candidates.filter((candidate) => !taken.some((range) => overlap(candidate, range)));
}

/** True when two CIDRs share an address. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  if (one[0].kind() !== other[0].kind()) return false;
  const prefix = Math.min(one[1], other[1]);
  return one[0].kind() === "ipv4"
    ? (one[0] as ipaddr.IPv4).match(other[0] as ipaddr.IPv4, prefix)
    : (one[0] as ipaddr.IPv6).match(other[0] as ipaddr.IPv6, prefix);
}

/** The twins' network in the engine, made where it is not there: only a way out, for apt. `real`: the inventory's ranges; `own`: this machine's. Throws ProblemError (missing) where every candidate is taken. */
export async function ensureNetwork(
  engine: Engine,
  name: string,
  { real, own }: { readonly real: readonly string[]; readonly own: readonly string[] },
): Promise<void> {
  const there = await engineTry(engine, ["network", "inspect", "--format", "{{range .IPAM.Config}}{{.Subnet}}{{end}}", name]);
  if (there.status === 0) {
    // Its own bridge is among this machine's networks by now: only the inventory can have moved into it.
    if (!real.some((range) => overlap(there.stdout.trim(), range))) return;
    await engineRun(engine, ["network", "rm", name]);
  }
  for (const subnet of freeNetworks([...real, ...own])) {
    const made = await engineTry(engine, ["network", "create", "--label", `${ownLabel}=network`, "--subnet", subnet, name]);
    if (made.status === 0) return;
  }
  throw new ProblemError({
    code: "missing",
    message: `no network for the twins: ${candidates.join(", ")} are all in use, here, in the inventory or in the engine`,
    hint: "docker network prune removes networks that nothing uses",
  });
}

const unit = `[Unit]
Description=No way from this twin to the real hosts
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/hlx-twin.fence
[Install]
WantedBy=sysinit.target
`;

// Protocol 17 is UDP: a small image has no /etc/protocols to look the name up in.
// Arguments: the unit's text, how many resolvers, the resolvers, the ranges. Only name service of this machine's own resolvers passes.
const script = `set -eu
printf '%s' "$1" > /etc/systemd/system/hlx-twin-fence.service
resolvers=$2
shift 2
{
  echo 'family() { case "$1" in *:*) echo -6 ;; *) echo -4 ;; esac; }'
  echo 'fence() { ip "$(family "$1")" rule del pref 200 to "$1" prohibit 2>/dev/null || :; ip "$(family "$1")" rule add pref 200 to "$1" prohibit; }'
  echo 'ask() { ip "$(family "$1")" rule del pref 100 to "$1" ipproto 17 dport 53 2>/dev/null || :; ip "$(family "$1")" rule add pref 100 to "$1" ipproto 17 dport 53 lookup main; }'
  echo 'set -e'
  for range in "$@"; do
    if [ "$resolvers" -gt 0 ]; then echo "ask $range"; else echo "fence $range"; fi
    resolvers=$((resolvers - 1))
  done
} > /etc/hlx-twin.fence
systemctl daemon-reload
systemctl -q enable hlx-twin-fence.service
systemctl restart hlx-twin-fence.service`;

/** Takes the way to the ranges from a container, now and after its reboots; its own resolvers may be asked. Throws ProblemError (failed). */
export async function fenceOff(
  engine: Engine,
  container: string,
  { ranges, resolvers }: { readonly ranges: readonly string[]; readonly resolvers: readonly string[] },
): Promise<void> {
  const words = [...resolvers, ...ranges].filter((word) => ipaddr.isValid(word) || ipaddr.isValidCIDR(word));
  const count = resolvers.filter((word) => ipaddr.isValid(word)).length;
  await engineRun(engine, ["exec", container, "sh", "-c", script, "sh", unit, String(count), ...words]);
}

function rangeOf(cidr: string): Range {
  return ipaddr.parseCIDR(cidr) as Range;
}
