// What differs between the interfaces and what they should be: option by option, and whether the kernel has it.
import { type Change, change, type Known } from "../../model/kind.ts";
import { type Block, type Family, families, type Interface, type NetworkInterfaces } from "./desired.ts";
import type { Said } from "./file.ts";
import type { NetworkInterfacesActual } from "./probe.ts";

/** `vmbr0.address`, `vmbr0.inet6.address`; `loaded` where the file is right and the kernel has something else. All of them may cut off the way in. */
export function diff(desired: NetworkInterfaces, found: Known<NetworkInterfacesActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const said = Object.entries(desired.interfaces).flatMap(([name, wanted]) => ofInterface(name, wanted, actual?.said[name] ?? null));
  const lacks = actual?.lacking ?? [];
  if (found.found === "present" && (said.length > 0 || lacks.length === 0)) return said;
  if (found.found === "absent" && Object.values(desired.interfaces).every((one) => one === null)) return [];
  return [...said, differs("loaded", lacks.length === 0 ? null : lacks.join(", "), "as the file says")];
}

function ofInterface(name: string, wanted: Interface | null, said: Said | null): readonly Change[] {
  if (wanted === null) return said === null ? [] : [differs(name, summary(said), null)];
  const auto = wanted.auto === true && said?.auto !== true ? [differs(`${name}.auto`, said === null ? null : false, true)] : [];
  return [...auto, ...families.flatMap((family) => ofFamily(prefixOf(name, family), wanted[family], said?.[family] ?? null))];
}

function prefixOf(name: string, family: Family): string {
  return family === "inet" ? name : `${name}.inet6`;
}

function ofFamily(prefix: string, wanted: Block | null | undefined, said: Block | null): readonly Change[] {
  if (wanted === undefined) return [];
  if (wanted === null) return said === null ? [] : [differs(`${prefix}.method`, said.method, null)];
  const method = said?.method === wanted.method ? [] : [differs(`${prefix}.method`, said?.method ?? null, wanted.method)];
  const keys = [...new Set([...Object.keys(wanted.options), ...Object.keys(said?.options ?? {})])];
  const options = keys
    .map((key) => ({ key, before: said?.options[key] ?? null, after: wanted.options[key] ?? null }))
    .filter(({ before, after }) => before !== after)
    .map(({ key, before, after }) => differs(`${prefix}.${key}`, before, after));
  return [...method, ...options];
}

function differs(property: string, before: unknown, after: unknown): Change {
  return change(property, { before, after, risk: "connectivity" });
}

function summary({ inet, inet6 }: Said): string {
  return [inet, inet6].flatMap((block) => (block === null ? [] : [[block.method, ...Object.values(block.options)].join(" ")])).join(", ");
}
