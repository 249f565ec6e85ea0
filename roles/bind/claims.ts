// What the bind role does with names and ports, and what is wrong with its params: known before anything connects.
import { type Claim, didYouMean, fqdn } from "hlx";
import type { Section } from "./config.ts";
import { knownAddress, type Place } from "./names.ts";
import type { BindParams, ZoneParams } from "./params.ts";
import { isPrimary, ownRecords, type Zone } from "./zones.ts";

type Path = Claim["path"];

/** Errors first: with one there are no sections, and no other claims. */
export function claimsOf(params: BindParams, place: Place, sections: () => readonly Section[]): readonly Claim[] {
  const wrong = [...named(params, place), ...keysWanted(params), ...zonesIn(params).flatMap(({ zone, path }) => unknownRecords(zone, path, place))];
  if (wrong.length > 0) return wrong;
  const port = { claim: "port", path: [], port: 53, by: "named" } as const;
  const zones = sections().flatMap((section) => section.zones.filter(isPrimary));
  return [{ ...port, protocol: "udp" }, { ...port, protocol: "tcp" }, ...zones.flatMap((zone) => [...recordsOf(zone, place), ...openTo(zone)])];
}

interface Written {
  readonly zone: ZoneParams;
  readonly path: Path;
}

function zonesIn({ zones, views = {} }: BindParams): readonly Written[] {
  const of = (asked: Readonly<Record<string, ZoneParams>>, path: Path): readonly Written[] =>
    Object.entries(asked).map(([name, zone]) => ({ zone, path: [...path, name] }));
  return [...of(zones, ["zones"]), ...Object.entries(views).flatMap(([view, { zones: own }]) => of(own, ["views", view, "zones"]))];
}

// Whom a zone or the whole server names, and who is nobody.
function named(params: BindParams, place: Place): readonly Claim[] {
  const lists = (of: object, path: Path, names: readonly string[]): readonly (readonly [Path, string])[] =>
    names.flatMap((name) => ((of as Readonly<Record<string, readonly string[]>>)[name] ?? []).map((one, index) => [[...path, name, index], one] as const));
  const all = [
    ...lists(params, [], ["forwarders", "listen"]),
    ...zonesIn(params).flatMap(({ zone, path }) => lists(zone, path, ["secondaries", "primaries", "forwarders"])),
  ];
  return all.flatMap(([path, written]) => unknownServer(path, written.replace(/#\d+$/, ""), place));
}

function unknownServer(path: Path, name: string, place: Place): readonly Claim[] {
  if (knownAddress(name, place) !== undefined) return [];
  return [error(path, `"${name}" is no address, and no host or device of the inventory that has one`, didYouMean(name, things(place)))];
}

function things({ inventory }: Place): readonly string[] {
  return [...inventory.hosts.keys(), ...inventory.devices.keys()];
}

function keysWanted(params: BindParams): readonly Claim[] {
  const known = Object.keys(params.keys);
  const wanted = zonesIn(params).flatMap(({ zone, path }) => [
    ...zone.updateKeys.map((key, index) => [[...path, "updateKeys", index], key] as const),
    ...(zone.key === undefined ? [] : [[[...path, "key"], zone.key] as const]),
  ]);
  return wanted
    .filter(([, key]) => !known.includes(key))
    .map(([path, key]) => error(path, `there is no key "${key}" among keys`, didYouMean(key, known) ?? `write keys: { ${key}: {} }`));
}

function unknownRecords({ records }: ZoneParams, path: Path, place: Place): readonly Claim[] {
  return Object.entries(records).flatMap(([name, given]) =>
    [given]
      .flat()
      .filter((one) => typeof one === "string")
      .flatMap((one) => unknownTarget([...path, "records", name], one, place)),
  );
}

function unknownTarget(path: Path, target: string, place: Place): readonly Claim[] {
  if (knownAddress(target, place) !== undefined) return [];
  const hint = didYouMean(target, things(place)) ?? `an alias is { type: CNAME, data: ${target} }`;
  return [error(path, `"${target}" is no address, and no host or device of the inventory that has one`, hint)];
}

function recordsOf(zone: Zone, place: Place): readonly Claim[] {
  const records = ownRecords(zone, place).map(({ name, type, data }): Claim => {
    return { claim: "record", path: [...zone.path, "records", name], name: fqdn(name, zone.zone), type, data };
  });
  const tells = [zone.params.from ?? []].flat().map((network): Claim => ({ claim: "tells", network, path: zone.path }));
  return [{ claim: "zone", zone: zone.zone, path: zone.path }, ...tells, ...records];
}

// Whoever sends updates needs this: a DHCP server on the same host.
function openTo({ zone, params, path }: Zone): readonly Claim[] {
  if (params.mode !== "dynamic") return [];
  return params.updateKeys.map((key) => ({ claim: "provides", what: `the zone ${zone}, open to updates with the key ${key}`, by: "bind", path }));
}

function error(path: Path, message: string, hint: string | undefined): Claim {
  return { claim: "finding", level: "error", path, message, ...(hint === undefined ? {} : { hint }) };
}
