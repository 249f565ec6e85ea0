// What all subnets of a Kea server say alike: the role has one word for all of them, Kea has one for each.
import { type Json, type JsonObject, same } from "../lib/json.ts";

/** Members that a subnet has from `Dhcp4` where it does not say them itself. */
export const inheritedMembers = ["valid-lifetime", "max-valid-lifetime", "next-server", "boot-file-name", "ddns-send-updates", "ddns-qualifying-suffix"];

interface Option {
  readonly name: string;
  readonly data: Json;
}

/** `Dhcp4` with what its subnets agree on, in place of what it says itself. */
export function common(top: JsonObject, subnets: readonly JsonObject[]): JsonObject {
  if (subnets.length === 0) return top;
  const members = inheritedMembers.flatMap((name): [string, Json][] => {
    const [first, ...others] = subnets.map((subnet) => subnet[name] ?? top[name]);
    return first !== undefined && others.every((other) => same(other, first)) ? [[name, first]] : [];
  });
  const left = Object.entries(top).filter(([name]) => !inheritedMembers.includes(name));
  return { ...Object.fromEntries(left), ...Object.fromEntries(members), "option-data": optionsOfAll(top, subnets) as unknown as Json };
}

function optionsOfAll(top: JsonObject, subnets: readonly JsonObject[]): readonly Option[] {
  const [first = new Map<string, Json>(), ...others] = subnets.map((subnet) => new Map([...optionsIn(top), ...optionsIn(subnet)]));
  return [...first].filter(([name, data]) => others.every((other) => other.get(name) === data)).map(([name, data]) => ({ name, data }));
}

function optionsIn(node: JsonObject): ReadonlyMap<string, Json> {
  const list = Array.isArray(node["option-data"]) ? (node["option-data"] as readonly JsonObject[]) : [];
  return new Map(list.map((option) => [String(option["name"]), option["data"] ?? ""]));
}

/** What a subnet says of its own, beside what all agree on. */
export function differing(subnet: JsonObject, shared: JsonObject): readonly string[] {
  return inheritedMembers.filter((name) => subnet[name] !== undefined && !same(subnet[name], shared[name]));
}
