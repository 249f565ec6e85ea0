// DNS servers by the names of this inventory, as addresses.
import { parseIp } from "../lib/ip.ts";
import { isRecord } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import type { Path } from "../model/documents/document.ts";
import type { Host, Network } from "../model/host.ts";
import type { Position } from "../model/problem.ts";
import type { Planned } from "./addresses.ts";
import { splitReference } from "./hosts.ts";
import { unreachable } from "./reach.ts";
import { isDamaged, type Reading } from "./reading.ts";

/** Who has addresses, by name: hosts and devices. */
export type Addressed = ReadonlyMap<string, { readonly addresses: Readonly<Record<string, string>> }>;

/** The networks with their resolvers as addresses; names that have none are reported. */
export function networksWithResolvers(reading: Reading, networks: ReadonlyMap<string, Planned>, named: Addressed): ReadonlyMap<string, Network> {
  return new Map(
    [...networks].map(([name, { network }]) => {
      const path: Path = ["networks", name, "dns"];
      const asked = (reading.raw.networks?.[name]?.dns ?? []).map((written, index) => ({ written, at: reading.document.at([...path, index]) }));
      return [name, { ...network, dns: addressesOf(asked, { reading, named, networks: [name], who: `dns of network "${name}"` }) }];
    }),
  );
}

/** The hosts with `vm.dns` as addresses; names that have none are reported. */
export function hostsWithResolvers(reading: Reading, hosts: ReadonlyMap<string, Host>, named: Addressed): ReadonlyMap<string, Host> {
  return new Map([...hosts].map(([name, host]) => [name, guestWithResolvers(host, reading, named)]));
}

function guestWithResolvers(host: Host, reading: Reading, named: Addressed): Host {
  const { vm } = host.vars;
  const source = host.sources["vm.dns"];
  if (!isRecord(vm) || !Array.isArray(vm["dns"]) || source === undefined) return host;
  const path = pathOf(host.name, source.layer);
  const asked = vm["dns"].map((written, index) => ({ written: String(written), at: path === undefined ? source.at : reading.document.at([...path, index]) }));
  const dns = addressesOf(asked, { reading, named, networks: Object.keys(host.addresses), who: `vm.dns of host "${host.name}"` });
  const sources = { ...host.sources, "vm.dns": { ...source, value: dns } };
  return { ...host, vars: Object.assign(Object.create(null), host.vars, { vm: { ...vm, dns } }), sources: Object.assign(Object.create(null), sources) };
}

function pathOf(host: string, layer: string): Path | undefined {
  if (layer === "host") return ["hosts", host, "vm", "dns"];
  if (layer === "defaults") return ["defaults", "vm", "dns"];
  return layer.startsWith("group ") ? ["groups", layer.slice("group ".length), "vm", "dns"] : undefined;
}

export interface Asking {
  readonly reading: Reading;
  readonly named: Addressed;
  /** Where an address of a name is looked for first. */
  readonly networks: readonly string[];
  readonly who: string;
}

function addressesOf(asked: readonly { readonly written: string; readonly at: Position | undefined }[], asking: Asking): readonly string[] {
  return asked.flatMap(({ written, at }) => {
    const address = parseIp(written) === undefined ? addressOf(written, asking) : written;
    if (address !== undefined) return [address];
    if (!mayHaveOne(written, asking)) asking.reading.problems.push({ code: "input", ...nowhere(written, asking), ...(at && { at }) });
    return [];
  });
}

/** The address of a host or device: in the asker's own networks, else the first that the name has; `host.network` names one. */
export function addressOf(written: string, { named, networks }: Asking): string | undefined {
  const [host, network] = splitReference(written);
  const own = named.get(written)?.addresses ?? {};
  const near = networks.find((name) => own[name] !== undefined);
  return (near === undefined ? undefined : own[near]) ?? Object.values(own)[0] ?? named.get(host)?.addresses[network];
}

/** What something else is wrong with may well have an address once that is mended. */
export function mayHaveOne(written: string, { reading }: Asking): boolean {
  const names = [written, splitReference(written)[0]];
  return names.some((name) => isDamaged(reading, "hosts", name) || isDamaged(reading, "devices", name));
}

/** What to say of a name that has no address. */
export function nowhere(written: string, { named, who }: Asking): { readonly message: string; readonly hint: string } {
  const wrong = named.has(written) ? undefined : unreachable(written);
  if (wrong !== undefined) return { message: `${who}: ${wrong.wrong}`, hint: wrong.hint };
  const hint = (named.has(written) ? undefined : didYouMean(written, named.keys())) ?? "write an address, or a host or device of this inventory";
  return { message: `${who} names "${written}", which has no address here`, hint };
}
