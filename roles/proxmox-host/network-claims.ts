// What is wrong with bridges and bonds, known before anything connects.
import { type Claim, didYouMean, parseIp } from "hlx";
import { type Around, isWithin, networksOf, placesOf } from "./addresses.ts";
import type { Bond, Bridge, Params } from "./params.ts";

type Path = Claim["path"];
type Finding = Extract<Claim, { readonly claim: "finding" }>;

interface One {
  readonly name: string;
  readonly said: Bridge | Bond;
  readonly path: Path;
}

export function networkClaims(params: Params, around: Around): readonly Claim[] {
  const all = allOf(params);
  const uses = all.flatMap(({ name, said, path }) => said.ports.map((port, index) => ({ port, by: name, path: [...path, "ports", index] })));
  return [
    ...Object.keys(params.bridges)
      .filter((name) => name in params.bonds)
      .map((name) => error(["bridges", name], `"${name}" is a bridge and a bond`)),
    ...params.gone.flatMap((name, index) => goneAndHere(name, index, { all, uses })),
    ...uses.flatMap((use, index) => usedTwice(use, uses.slice(0, index))),
    ...uses.flatMap((use) => notAPort(use, params)),
    ...all.flatMap((one) => [...unknownNetworks(one, around), ...strangers(one, around), ...outside(one, around)]),
    ...Object.entries(params.bonds).flatMap(([name, bond]) => inVain(name, bond)),
    ...twoWaysOut(all, around),
  ];
}

function allOf({ bridges, bonds }: Params): readonly One[] {
  const of = (list: string, entries: Readonly<Record<string, Bridge | Bond>>): readonly One[] =>
    Object.entries(entries).map(([name, said]) => ({ name, said, path: [list, name] }));
  return [...of("bonds", bonds), ...of("bridges", bridges)];
}

interface Use {
  readonly port: string;
  readonly by: string;
  readonly path: Path;
}

function goneAndHere(name: string, index: number, { all, uses }: { readonly all: readonly One[]; readonly uses: readonly Use[] }): readonly Finding[] {
  const here = all.some((one) => one.name === name) || uses.some(({ port }) => port === name);
  return here ? [error(["gone", index], `"${name}" is to be gone, and is used here`)] : [];
}

function usedTwice({ port, by, path }: Use, before: readonly Use[]): readonly Finding[] {
  const first = before.find((use) => use.port === port);
  return first === undefined ? [] : [error(path, `"${port}" is a port of ${first.by} already, and of ${by} here`, "a card is in one bridge or bond only")];
}

function notAPort({ port, by, path }: Use, { bridges, bonds }: Params): readonly Finding[] {
  if (port in bridges) return [error(path, `"${port}" is a bridge: it cannot be a port of ${by}`)];
  return port in bonds && by in bonds ? [error(path, `"${port}" is a bond: it cannot be a port of the bond ${by}`)] : [];
}

function unknownNetworks({ said: { network }, path }: One, { inventory, host }: Around): readonly Finding[] {
  const named = [network ?? []].flat().filter((name) => name !== "none");
  return named.flatMap((name) => {
    const at = [...path, "network"];
    const known = [...inventory.networks.keys()];
    if (!known.includes(name))
      return [error(at, `there is no network "${name}"`, didYouMean(name, known) ?? `the inventory has ${known.join(", ") || "none"}`)];
    return host.addresses[name] === undefined
      ? [error(at, `host "${host.name}" has no address in network "${name}"`, `write ${name}: NUMBER at the host`)]
      : [];
  });
}

function strangers({ said: { address }, name, path }: One, { host, inventory }: Around): readonly Finding[] {
  if (address === undefined) return [];
  const value = parseIp(address.split("/")[0] ?? "")?.value;
  const isIts = (addresses: Readonly<Record<string, string>>): boolean => Object.values(addresses).some((one) => parseIp(one)?.value === value);
  if (value !== undefined && isIts(host.addresses)) return [];
  const other = [...inventory.hosts.values(), ...inventory.devices.values()].find(({ addresses }) => isIts(addresses));
  const whose = other === undefined ? `the inventory does not say that it is` : `it is "${other.name}"'s`;
  return [
    error(
      [...path, "address"],
      `${address} of ${name} is not an address of host "${host.name}": ${whose}`,
      `leave it out: ${name} has the host's address in its network`,
    ),
  ];
}

function outside({ name, said, path }: One, around: Around): readonly Finding[] {
  if (said.gateway === undefined || said.gateway === "none") return [];
  const { gateway } = said;
  const at = [...path, "gateway"];
  if (parseIp(gateway) === undefined) return [error(at, `"${gateway}" is no address`)];
  const places = placesOf(name, said, around);
  if (places.some(({ address }) => isWithin(gateway, address))) return [];
  const where = places.map(({ address }) => address).join(", ") || "no address";
  return [error(at, `the gateway ${gateway} is outside of what ${name} is in (${where})`)];
}

function inVain(name: string, { mode, ports, primary, lacpRate, hash }: Bond): readonly Finding[] {
  const at = (key: string): Path => ["bonds", name, key];
  const hashing = ["balance-xor", "802.3ad", "balance-tlb"].includes(mode);
  return [
    ...(primary !== undefined && !ports.includes(primary) ? [error(at("primary"), `"${primary}" is no port of ${name}`, didYouMean(primary, ports))] : []),
    ...(primary !== undefined && !["active-backup", "balance-tlb", "balance-alb"].includes(mode)
      ? [error(at("primary"), `mode ${mode} has no primary card`)]
      : []),
    ...(lacpRate !== undefined && mode !== "802.3ad" ? [error(at("lacpRate"), `mode ${mode} has no LACP: that is 802.3ad`)] : []),
    ...(hash !== undefined && !hashing ? [error(at("hash"), `mode ${mode} does not choose cards by a hash`)] : []),
  ];
}

// The kernel takes one default route of each family; the second is refused when it is loaded.
function twoWaysOut(all: readonly One[], around: Around): readonly Finding[] {
  const ways = all.flatMap((one) => (isSaid(one, around) ? placesOf(one.name, one.said, around).map((place) => ({ ...one, ...place })) : []));
  return ways.flatMap(({ name, path, version, gateway }, index) => {
    const first = ways.slice(0, index).find((way) => way.version === version && way.gateway !== undefined && way.name !== name);
    if (gateway === undefined || first === undefined) return [];
    return [
      error(path, `${name} has a gateway (${gateway}), and so has ${first.name} (${first.gateway})`, "write gateway: none for the one that is not the way out"),
    ];
  });
}

function isSaid({ name, said }: One, around: Around): boolean {
  return said.address !== undefined || said.network !== undefined || (!("mode" in said) && networksOf(name, undefined, around).length > 0);
}

function error(path: Path, message: string, hint?: string): Finding {
  return { claim: "finding", level: "error", path, message, ...(hint === undefined ? {} : { hint }) };
}
