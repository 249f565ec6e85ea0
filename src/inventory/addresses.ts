// Which addresses networks, hosts and devices have; what is outside, inside a range, or given twice.
import { ipText, parseIp } from "../lib/ip.ts";
import type { Network } from "../model/host.ts";
import { type AddressPlan, addressIn, planOf, rangeHolding } from "./networks.ts";
import { type RawMap, type RawNetwork, type Reading, report } from "./reading.ts";

export interface Planned {
  readonly plan: AddressPlan;
  readonly network: Network;
}

/** Networks by name, without their resolvers; what is wrong is reported. */
export function planNetworks(reading: Reading): ReadonlyMap<string, Planned> {
  const entries = Object.entries(reading.raw.networks ?? {}).flatMap(([name, raw]) => {
    const planned = planNetwork(name, raw, reading);
    return planned === undefined ? [] : [[name, planned] as const];
  });
  return new Map(entries);
}

function planNetwork(name: string, raw: RawNetwork, reading: Reading): Planned | undefined {
  const plan = planOf(name, raw.cidr);
  if ("wrong" in plan) {
    report(reading, ["networks", name, "cidr"], { message: `cidr of network "${name}": ${plan.wrong}`, ...(plan.hint !== undefined && { hint: plan.hint }) });
    return undefined;
  }
  const gateway =
    raw.gateway === undefined ? undefined : located(plan, raw.gateway, { reading, path: ["networks", name, "gateway"], who: `gateway of network "${name}"` });
  const network: Network = {
    name,
    cidr: plan.cidr,
    dns: [],
    ranges: rangesOf(plan, raw, reading),
    ...(gateway !== undefined && { gateway }),
    ...(raw.bridge !== undefined && { bridge: raw.bridge }),
    ...(raw.domain !== undefined && { domain: raw.domain }),
  };
  return { plan, network };
}

interface Place {
  readonly reading: Reading;
  readonly path: readonly string[];
  readonly who: string;
}

function located(plan: AddressPlan, written: unknown, { reading, path, who }: Place): string | undefined {
  const found = addressIn(plan, written);
  if ("address" in found) return found.address;
  report(reading, path, { message: `${who}: ${found.wrong}`, ...(found.hint !== undefined && { hint: found.hint }) });
  return undefined;
}

function rangesOf(plan: AddressPlan, raw: RawNetwork, reading: Reading): Network["ranges"] {
  const entries = Object.entries(raw.ranges ?? {}).flatMap(([name, written]) => {
    const path = ["networks", plan.name, "ranges", name];
    const who = `range "${name}" of network "${plan.name}"`;
    const [from, to] = written.split("-").map((end) => located(plan, end.trim(), { reading, path, who }));
    if (from === undefined || to === undefined) return [];
    if ((parseIp(from)?.value ?? 0n) > (parseIp(to)?.value ?? 0n))
      report(reading, path, { message: `${who} ends before it begins`, hint: "write the lower address first" });
    return [[name, { from, to }] as const];
  });
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** The addresses of one host or device by network, checked against the networks and their ranges. */
export function addressesOf(
  name: string,
  raw: RawMap,
  { reading, networks, section }: { readonly reading: Reading; readonly networks: ReadonlyMap<string, Planned>; readonly section: "hosts" | "devices" },
): Readonly<Record<string, string>> {
  const addresses: Record<string, string> = Object.create(null);
  for (const [key, written] of Object.entries(raw)) {
    const planned = networks.get(key);
    if (planned === undefined) continue;
    const [path, who] = [[section, name, key], `${key} of ${section === "hosts" ? "host" : "device"} "${name}"`];
    const address = located(planned.plan, written, { reading, path, who });
    if (address === undefined) continue;
    addresses[key] = address;
    const range = rangeHolding(planned.network, address);
    if (range !== undefined && section === "hosts")
      report(reading, path, { message: `${who}: ${address} is inside the range "${range}"`, ...insideRange(planned, range) });
  }
  return addresses;
}

function insideRange({ network, plan }: Planned, range: string): { readonly hint: string } {
  const { from = ipText(plan.first, plan.version), to = from } = network.ranges[range] ?? {};
  return { hint: `choose one outside ${from}–${to}` };
}
