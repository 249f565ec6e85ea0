// Reservations: of names that nobody knows, of addresses that are somebody else's, and of one MAC for two.
import type { Claimed, Finding } from "../../model/finding.ts";
import type { Inventory } from "../../model/host.ts";
import { type Reservation, reservationsOf } from "../../model/names.ts";
import type { Known, PlacedRecord } from "./findings.ts";

type ClaimedReservation = Extract<Claimed, { claim: "reservation" }>;

/** Compares the reservations in roles' params with the inventory's hosts, records and MACs. */
export function reservationFindings({ claims, records, inventory }: Known): readonly Finding[] {
  const asked = claims.filter((claim) => claim.claim === "reservation");
  const known = [...inventory.networks.keys()].flatMap((network) => reservationsOf(inventory, network));
  return [...asked.flatMap((claim) => [...withoutRecord(claim, records), ...taken(claim, known, inventory)]), ...twoForOneMac(asked)];
}

function withoutRecord(claim: ClaimedReservation, records: readonly PlacedRecord[]): readonly Finding[] {
  const { name, address, mac, at } = claim;
  if (name === undefined) return [];
  const found = records.filter((record) => record.name === name);
  if (found.length === 0) {
    const hider = wildcardFor(name, records);
    const instead = hider === undefined ? "" : `: the wildcard ${hider.name} answers with ${hider.data}`;
    const also = hider?.at === undefined ? {} : { also: [{ at: hider.at, note: `${hider.name} is here` }] };
    const hint = `add it to the inventory: devices: { ${name.split(".")[0]}: { …, mac: "${mac}" } }`;
    return [{ level: "warning", message: `the reservation of ${mac} names ${name}, which has no record${instead}`, at, ...also, hint }];
  }
  const [other] = found.filter(({ type }) => type === "A");
  if (other === undefined || address === undefined || found.some(({ data }) => data === address)) return [];
  const also = other.at === undefined ? {} : { also: [{ at: other.at, note: `${name} is here` }] };
  return [
    {
      level: "warning",
      message: `the reservation of ${mac} gives ${name} the address ${address}, and its record says ${other.data}`,
      at,
      ...also,
      hint: `${other.data}`,
    },
  ];
}

/** The wildcard that answers for a name that is not there, if one does (RFC 4592: the nearest above). */
export function wildcardFor(name: string, records: readonly PlacedRecord[]): PlacedRecord | undefined {
  const labels = name.split(".");
  const above = labels.map((_, index) => `*.${labels.slice(index + 1).join(".")}`);
  return above.map((wildcard) => records.find((record) => record.name === wildcard)).find((record) => record !== undefined);
}

function taken({ mac, address, name, at }: ClaimedReservation, known: readonly Reservation[], inventory: Inventory): readonly Finding[] {
  const sameMac = known.find((one) => one.mac === mac.toLowerCase() && one.address !== address && (address !== undefined || one.fqdn !== name));
  const sameAddress = known.find((one) => one.address === address && one.mac !== mac.toLowerCase());
  const other = sameMac ?? sameAddress;
  if (other === undefined) return [];
  const place = inventory.at?.(other.path);
  const what = sameMac === undefined ? `the address ${address} is reserved for ${mac}` : `the MAC ${mac} is reserved for ${address ?? name}`;
  const message = `${what}, and the inventory has it for "${other.name}" (${other.mac}, ${other.address})`;
  return [
    { level: "error", message, at, ...(place !== undefined && { also: [{ at: place, note: `"${other.name}" is here` }] }), hint: "keep the inventory's" },
  ];
}

function twoForOneMac(asked: readonly ClaimedReservation[]): readonly Finding[] {
  return [...Map.groupBy(asked, ({ mac }) => mac.toLowerCase()).values()].flatMap(([first, ...rest]) => {
    const other = rest.find(({ name, address }) => name !== first?.name || address !== first?.address);
    if (first === undefined || other === undefined) return [];
    const message = `the MAC ${other.mac} is reserved for ${first.name ?? first.address} and for ${other.name ?? other.address}`;
    return [{ level: "error" as const, message, at: other.at, also: [{ at: first.at, note: "the other one is here" }], hint: "one MAC, one address" }];
  });
}
