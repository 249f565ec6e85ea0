// The records that a network has beside those of its hosts and devices.
import { parseIp } from "../lib/ip.ts";
import type { Path } from "../model/documents/document.ts";
import type { Network, NetworkRecord } from "../model/host.ts";
import { addressType } from "../model/names.ts";
import type { Problem } from "../model/problem.ts";
import type { Planned } from "./addresses.ts";
import { splitReference } from "./hosts.ts";
import { addressIn } from "./networks.ts";
import { type RawRecord, type Reading, report } from "./reading.ts";
import { type Addressed, addressOf, mayHaveOne, nowhere } from "./resolvers.ts";

interface Plans {
  readonly networks: ReadonlyMap<string, Planned>;
  readonly named: Addressed;
}

/** The networks with their records: host numbers and names as addresses. What is wrong is reported. */
export function networksWithRecords(reading: Reading, networks: ReadonlyMap<string, Network>, plans: Plans): ReadonlyMap<string, Network> {
  return new Map([...networks].map(([name, network]) => [name, withRecords(network, reading, plans)]));
}

function withRecords(network: Network, reading: Reading, plans: Plans): Network {
  const raw = reading.raw.networks?.[network.name]?.records;
  if (raw === undefined) return network;
  const path: Path = ["networks", network.name, "records"];
  if (network.domain === undefined)
    report(reading, path, {
      message: `network "${network.name}" has records, and no domain that they could be in`,
      hint: "write one beside them: domain: home",
    });
  const records = Object.entries(raw).flatMap(([name, given]) => {
    const each = Array.isArray(given) ? given.map((one, index) => ({ one, at: [...path, name, index] })) : [{ one: given as RawRecord, at: [...path, name] }];
    return each.flatMap(({ one, at }) => recordOf(one, { name, path: at, network, reading, plans }));
  });
  return { ...network, records };
}

interface Place {
  readonly name: string;
  readonly path: Path;
  readonly network: Network;
  readonly reading: Reading;
  readonly plans: Plans;
}

function recordOf(raw: RawRecord, { name, path, network, reading, plans }: Place): readonly NetworkRecord[] {
  const refuse = (problem: Pick<Problem, "message" | "hint">): readonly NetworkRecord[] => {
    report(reading, path, { ...problem, message: `record "${name}" of network "${network.name}": ${problem.message}` });
    return [];
  };
  if (typeof raw === "object") return typed(raw, { name, path, refuse });
  const plan = plans.networks.get(network.name)?.plan;
  if (plan !== undefined && /^\d+$/.test(String(raw))) {
    const found = addressIn(plan, raw);
    return "address" in found
      ? [addressed(found.address, { name, path })]
      : refuse({ message: found.wrong, ...(found.hint !== undefined && { hint: found.hint }) });
  }
  return fromName(String(raw), { name, path, network, reading, plans });
}

function typed(
  { type, data, ttl }: Exclude<RawRecord, string | number>,
  { name, path, refuse }: Pick<Place, "name" | "path"> & { refuse(problem: Pick<Problem, "message" | "hint">): readonly NetworkRecord[] },
): readonly NetworkRecord[] {
  const isAddress = type === "A" || type === "AAAA";
  if (isAddress && (parseIp(data) === undefined || addressType(data) !== type))
    return refuse({ message: `"${data}" is no IPv${type === "A" ? 4 : 6} address`, hint: `an ${type} record holds an address` });
  return [{ name, type, data, ...(ttl !== undefined && { ttl }), path }];
}

function fromName(written: string, { name, path, network, reading, plans }: Place): readonly NetworkRecord[] {
  if (parseIp(written) !== undefined) return [addressed(written, { name, path })];
  const asking = { reading, named: plans.named, networks: [network.name], who: `record "${name}" of network "${network.name}"` };
  const address = addressOf(written, asking);
  if (address !== undefined) return [{ ...addressed(address, { name, path }), to: plans.named.has(written) ? written : splitReference(written)[0] }];
  if (!mayHaveOne(written, asking)) reading.problems.push({ code: "input", ...nowhere(written, asking), at: reading.document.at(path) });
  return [];
}

function addressed(address: string, place: Pick<Place, "name" | "path">): NetworkRecord {
  return { ...place, type: addressType(address), data: address };
}
