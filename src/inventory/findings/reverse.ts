// Forward and reverse: an address has one name, and that name has the address.
import type { Finding } from "../../model/finding.ts";
import { isWithin } from "../../model/fqdn.ts";
import { addressOfReverse, reverseName } from "../../model/reverse.ts";
import type { Known, PlacedRecord } from "./findings.ts";
import { placed } from "./ownership.ts";

/** PTR records that disagree with each other or with the forward records, addresses whose reverse zone is kept and says nothing, and networks without one. */
export function reverseFindings(known: Known): readonly Finding[] {
  const pointers = known.records.filter(({ type }) => type === "PTR");
  const forward = known.records.filter(({ type }) => type === "A" || type === "AAAA");
  const byName = Map.groupBy(known.records, ({ name }) => name);
  const byAddress = Map.groupBy(forward, ({ data }) => data);
  return [
    ...pointers.flatMap((pointer) => disagreement(pointer, { byName, byAddress })),
    ...twoPointers(pointers),
    ...withoutPointer(forward, pointers, known),
  ];
}

interface Index {
  readonly byName: ReadonlyMap<string, readonly PlacedRecord[]>;
  readonly byAddress: ReadonlyMap<string, readonly PlacedRecord[]>;
}

// What the inventory derives agrees by itself.
function disagreement(pointer: PlacedRecord, { byName, byAddress }: Index): readonly Finding[] {
  const [address, target] = [addressOfReverse(pointer.name), pointer.data.replace(/\.$/, "")];
  if (address === undefined || pointer.from === "inventory" || addressesOf(target, byName).some(({ data }) => data === address)) return [];
  const [elsewhere] = addressesOf(target, byName);
  const [owner] = byAddress.get(address) ?? [];
  const says = elsewhere === undefined ? `${target} has no record` : `${target} is ${elsewhere.data}`;
  const owns = owner === undefined ? "" : `, and ${address} is ${owner.name}`;
  const hint = owner === undefined ? `remove the PTR, or give ${target} the address ${address}` : `PTR ${owner.name}.`;
  return [
    {
      level: "warning",
      message: `reverse says that ${address} is ${target}, forward disagrees: ${says}${owns}`,
      ...placed(pointer, elsewhere ?? owner ?? pointer),
      hint,
    },
  ];
}

function addressesOf(name: string, byName: Index["byName"]): readonly PlacedRecord[] {
  const own = byName.get(name) ?? [];
  const alias = own.find(({ type }) => type === "CNAME")?.data.replace(/\.$/, "");
  const found = alias === undefined ? own : (byName.get(alias) ?? []);
  return found.filter(({ type }) => type === "A" || type === "AAAA");
}

function twoPointers(pointers: readonly PlacedRecord[]): readonly Finding[] {
  return [...Map.groupBy(pointers, ({ name }) => name).values()].flatMap(([first, ...rest]) => {
    const other = rest.find(({ data }) => data !== first?.data);
    if (first === undefined || other === undefined) return [];
    const message = `${addressOfReverse(first.name) ?? first.name} has two names in reverse: ${first.data.replace(/\.$/, "")} and ${other.data.replace(/\.$/, "")}`;
    return [{ level: "warning" as const, message, ...placed(other, first), hint: "keep the one that the host calls itself" }];
  });
}

function withoutPointer(forward: readonly PlacedRecord[], pointers: readonly PlacedRecord[], { claims }: Known): readonly Finding[] {
  const zones = claims.flatMap((claim) => (claim.claim === "zone" && claim.zone.endsWith(".arpa") ? [claim.zone] : []));
  const known = new Set(pointers.map(({ name }) => name));
  const asked = forward.filter(({ from, name }) => from === "params" && !name.startsWith("*."));
  const without = asked.filter(({ data }) => !known.has(reverseName(data)) && zones.some((zone) => isWithin(reverseName(data), zone)));
  return without.map((record) => ({
    level: "warning",
    message: `${record.name} is ${record.data}, and reverse has no name for it`,
    ...(record.at !== undefined && { at: record.at }),
    hint: "make it a device of the inventory: its PTR follows",
  }));
}
