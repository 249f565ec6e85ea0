// Guests and their nodes: what all of them ask for against what a node has, and devices that two would have.
import { isRecord } from "../../lib/json.ts";
import { gibibytesOf, mebibytesOf, sizeText } from "../../lib/size.ts";
import type { Finding, Takes } from "../../model/finding.ts";
import type { Host, Inventory } from "../../model/host.ts";
import type { Position } from "../../model/problem.ts";
import { sharedDevices } from "./devices.ts";
import type { Known } from "./findings.ts";

/** One guest that asks for more than its node has is an error, all together a warning. Compared is only what the inventory says of a node (`proxmox.cores`, `memory`, `storages`). */
export function placementFindings(known: Known): readonly Finding[] {
  const { inventory } = known;
  const takers = Map.groupBy([...guestsOf(inventory), ...claimedBy(known)], ({ of }) => of);
  return [
    ...sharedDevices(inventory),
    ...[...inventory.hosts.values()].flatMap((node) => resourcesOf(node).flatMap((one) => compare(one, takers.get(node.name) ?? []))),
  ];
}

interface Taker extends Takes {
  /** Where it says so, by setting. */
  at(setting: string): Position | undefined;
}

function guestsOf({ hosts }: Inventory): readonly Taker[] {
  return [...hosts.values()].flatMap((host) => {
    const vm = host.vars["vm"];
    return isRecord(vm) && typeof vm["node"] === "string" ? [guestOf(host, vm["node"], vm)] : [];
  });
}

function guestOf({ name, sources, at }: Host, of: string, vm: Readonly<Record<string, unknown>>): Taker {
  return {
    ...{ of, guest: name },
    cores: numberOf(vm["cores"] ?? 1) * numberOf(vm["sockets"] ?? 1),
    memory: mebibytesOf(String(vm["memory"] ?? "1G")),
    disks: disksOf(vm),
    runs: vm["start"] !== "manual",
    at: (setting) => sources[`vm.${setting}`]?.at ?? at,
  };
}

function disksOf(vm: Readonly<Record<string, unknown>>): Takes["disks"] {
  const further = isRecord(vm["disks"]) ? Object.values(vm["disks"]) : [];
  const all = [{ size: vm["disk"] }, ...further.map((one) => (isRecord(one) ? one : { size: one }))];
  const sums = new Map<string, number>();
  for (const { size, storage = vm["storage"] } of all as readonly { readonly size?: unknown; readonly storage?: unknown }[]) {
    if (typeof storage === "string") sums.set(storage, (sums.get(storage) ?? 0) + gibibytesOf(String(size)));
  }
  return Object.fromEntries(sums);
}

function claimedBy({ claims }: Known): readonly Taker[] {
  return claims.flatMap((claim) => (claim.claim === "takes" ? [{ ...claim, at: () => claim.at }] : []));
}

/** One thing that a node has a certain amount of. */
interface Resource {
  readonly node: string;
  /** What stands behind an amount: " cores", " of memory". */
  readonly what: string;
  readonly has: number;
  readonly at: Position | undefined;
  /** The guest's setting that asks for it. */
  readonly setting: string;
  readonly taken: (taker: Taker) => number;
  readonly shown: (amount: number) => string;
}

function resourcesOf({ name: node, vars, sources }: Host): readonly Resource[] {
  const proxmox = vars["proxmox"];
  if (!isRecord(proxmox)) return [];
  const { cores, memory, storages } = proxmox;
  const at = (key: string): Position | undefined => sources[`proxmox.${key}`]?.at;
  const plain = { node, shown: String };
  return [
    ...(typeof cores === "number"
      ? [{ ...plain, what: " cores", has: cores, at: at("cores"), setting: "cores", taken: running(({ cores: some }) => some) }]
      : []),
    ...(typeof memory === "string"
      ? [{ node, what: " of memory", has: mebibytesOf(memory), at: at("memory"), setting: "memory", taken: running((taker) => taker.memory), shown: sizeText }]
      : []),
    ...Object.entries(isRecord(storages) ? storages : {}).map(([storage, size]) => ({
      ...{ node, what: ` of the storage ${storage}`, has: gibibytesOf(String(size)), at: at(`storages.${storage}`) ?? at("storages"), setting: "disk" },
      taken: ({ disks }: Taker) => disks[storage] ?? 0,
      shown: (amount: number) => `${amount}G`,
    })),
  ];
}

function running(amount: (taker: Taker) => number): (taker: Taker) => number {
  return (taker) => (taker.runs ? amount(taker) : 0);
}

// Whoever is too large alone is told alone.
function compare(resource: Resource, takers: readonly Taker[]): readonly Finding[] {
  const { node, what, has, at, setting, taken, shown } = resource;
  const asking = takers.filter((taker) => taken(taker) > 0).toSorted((one, other) => taken(other) - taken(one));
  const tooLarge = asking.filter((taker) => taken(taker) > has);
  if (tooLarge.length > 0) return tooLarge.map((taker) => alone(taker, resource));
  const sum = asking.reduce((all, taker) => all + taken(taker), 0);
  if (sum <= has) return [];
  const largest = asking.slice(0, 3).map((taker) => `${taker.guest} ${shown(taken(taker))}`);
  const message = `the guests of node "${node}" ask for ${shown(sum)}${what}, and it has ${shown(has)} (${largest.join(", ")}${asking.length > 3 ? ", …" : ""})`;
  const also = asking.slice(0, 3).flatMap((taker) => placed(taker.at(setting), `${taker.guest} asks here`));
  return [{ level: "warning", message, ...(at === undefined ? {} : { at }), also, hint: "make some smaller, or give them another vm.node" }];
}

function alone(taker: Taker, { node, what, has, at, setting, taken, shown }: Resource): Finding {
  const own = taker.at(setting);
  return {
    level: "error",
    message: `guest "${taker.guest}" asks for ${shown(taken(taker))}${what}, and node "${node}" has ${shown(has)}`,
    ...(own === undefined ? {} : { at: own }),
    also: placed(at, "the node has it here"),
    hint: "make it smaller, or give it another vm.node",
  };
}

function placed(at: Position | undefined, note: string): readonly { readonly at: Position; readonly note: string }[] {
  return at === undefined ? [] : [{ at, note }];
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
