// What sources answered, as hosts and groups: names are taken for data, and the file has the last word.
import { parseIp } from "../lib/ip.ts";
import { isRecord } from "../lib/json.ts";
import type { Host, Inventory } from "../model/host.ts";
import type { GuestListed, Live, LiveHost, LiveSource } from "../model/live.ts";
import { isProxmoxNode, proxmoxNodesOf } from "../model/proxmox-cluster.ts";
import { type Addressed, doubtful } from "./live-addresses.ts";
import { isLiveGroup } from "./live-sources.ts";
import { selectHosts } from "./patterns.ts";
import { hostName, login } from "./words.ts";

/** The guests that each source listed. */
export type Answers = ReadonlyMap<LiveSource, readonly GuestListed[]>;

type Warning = Live["warnings"][number];

interface Named extends Addressed {
  readonly source: LiveSource;
  /** The file has it. */
  readonly described: boolean;
}

/** What is added to the file. A guest that the file describes, by its number or its name, is that host. Throws ProblemError for an `only` that is no pattern. */
export function liveOf(inventory: Inventory, answers: Answers): Live {
  const all = [...answers].flatMap(([source, guests]) => guests.map((guest) => ({ source, guest })));
  const named = all.map((one) => namedAs(one, inventory));
  const warnings: Warning[] = named.flatMap((one) => ("refused" in one ? [told(one)] : []));
  const good = named.flatMap((one) => ("refused" in one ? [] : [one]));
  const { single, twins } = onceEach(good);
  warnings.push(...twins.map((one) => told({ ...one, refused: `another guest is called "${one.name}" too: give both a host with vm.id` })));
  const chosen = [...answers.keys()].flatMap((source) => chosenOf(source, { single, inventory, warnings }));
  const doubts = doubtful(chosen, inventory);
  warnings.push(...[...doubts].map(([one, because]) => (one.described ? withoutIt(one, because) : told({ ...one, refused: because }))));
  const kept = chosen.flatMap((one) => (!doubts.has(one) ? [one] : one.described ? [{ ...one, guest: bare(one.guest) }] : []));
  return {
    hosts: new Map(kept.map(({ name, guest, source }) => [name, hostOf(guest, source)])),
    groups: groupsOf(kept, { inventory, warnings }),
    warnings: [...warnings, ...[...answers].flatMap(nothingSeen), ...withoutAddress(kept)],
  };
}

function nothingSeen([source, guests]: readonly [LiveSource, readonly GuestListed[]]): readonly Warning[] {
  const hint = "a token with privilege separation needs rights of its own: pveum acl modify /vms --tokens 'USER@REALM!NAME' --roles PVEAuditor";
  return guests.length > 0 ? [] : [{ message: `${layerOf(source)} lists no guests`, at: source.at, hint }];
}

interface Told {
  readonly source: LiveSource;
  readonly guest: GuestListed;
  readonly refused: string;
}

function told({ source, guest, refused }: Told): Warning {
  const called = guest.name === undefined ? "" : ` ${JSON.stringify(guest.name)}`;
  return { message: `guest ${guest.id}${called} of ${layerOf(source)} is no host: ${refused}`, at: source.at };
}

function withoutIt({ name, source }: Named, because: string): Warning {
  return { message: `host "${name}" is not looked for where ${layerOf(source)} has it: ${because}`, at: source.at };
}

function bare({ address: _, told: __, ...guest }: GuestListed): GuestListed {
  return guest;
}

function layerOf({ proxmox }: LiveSource): string {
  return `proxmox ${proxmox}`;
}

type Asked = Pick<Named, "source" | "guest">;

function namedAs({ source, guest }: Asked, inventory: Inventory): Named | Told {
  const described = [...inventory.hosts.values()].find((host) => idOf(host, source, inventory) === guest.id);
  if (described !== undefined) return { name: described.name, guest, source, described: true };
  const refused = unusable(guest, { source, inventory });
  if (refused !== undefined) return { source, guest, refused };
  const name = guest.name ?? "";
  return { name, guest, source, described: inventory.hosts.has(name) };
}

// A number means a guest of this cluster only.
function idOf({ vars }: Host, { proxmox }: LiveSource, { hosts }: Inventory): number | undefined {
  const vm = vars["vm"];
  if (!isRecord(vm) || typeof vm["id"] !== "number") return undefined;
  return proxmoxNodesOf(proxmox, { hosts }).some(({ name }) => name === vm["node"]) ? vm["id"] : undefined;
}

const names = new RegExp(hostName.pattern);

interface Around {
  readonly source: LiveSource;
  readonly inventory: Inventory;
}

function unusable({ name }: GuestListed, around: Around): string | undefined {
  if (name === undefined) return "it has no name";
  if (!names.test(name) || name.length > hostName.maxLength || parseIp(name) !== undefined) return "its name is none that a host could have";
  return takenBy(name, around);
}

function takenBy(name: string, { source, inventory }: Around): string | undefined {
  const { groups, devices, hosts } = inventory;
  if (["all", "ungrouped", "localhost"].includes(name) || groups.has(name) || isLiveGroup(name)) return "a group has this name";
  if (devices.has(name)) return "a device has this name";
  const host = hosts.get(name);
  if (host !== undefined && isProxmoxNode(host)) return "a node has this name";
  const id = host && idOf(host, source, inventory);
  return id === undefined ? undefined : `the host of this name is another guest (vm.id ${id})`;
}

// Names are not unique in a cluster, and a host is called by its own.
function onceEach(all: readonly Named[]): { readonly single: readonly Named[]; readonly twins: readonly Named[] } {
  const byName = Map.groupBy(all, ({ name }) => name);
  const isSingle = ({ name }: Named): boolean => byName.get(name)?.length === 1;
  return { single: all.filter(isSingle), twins: all.filter((one) => !isSingle(one)) };
}

interface Choosing {
  readonly single: readonly Named[];
  readonly inventory: Inventory;
  readonly warnings: Warning[];
}

// Of those that the file describes more is said, whatever `only` leaves.
function chosenOf(source: LiveSource, { single, warnings }: Choosing): readonly Named[] {
  const own = single.filter((one) => one.source === source);
  const groups = new Map([...membership(own)].map(([group, members]) => [group, { hosts: members }]));
  const from = { hosts: own.map(({ name }) => name), groups };
  const left = new Set(own.length === 0 ? [] : selectHosts(source.only, from, { at: source.at, subject: "only:", mayBe: isLiveGroup }));
  if (own.length > 0 && left.size === 0)
    warnings.push({ message: `only: ${JSON.stringify(source.only)} leaves none of ${own.length} guests of ${layerOf(source)}`, at: source.at });
  return own.filter(({ name, described }) => described || left.has(name));
}

function hostOf({ address, user }: GuestListed, source: LiveSource): LiveHost {
  const reached = address !== undefined && parseIp(address) !== undefined ? { address } : {};
  const known = user !== undefined && new RegExp(login.pattern).test(user) ? { user } : {};
  return { layer: layerOf(source), at: source.at, ...reached, ...known };
}

function membership(guests: readonly Named[]): ReadonlyMap<string, readonly string[]> {
  const pairs = guests.flatMap(({ name, guest }) => groupNames(guest).map((group) => [group, name] as const));
  return new Map([...Map.groupBy(pairs, ([group]) => group)].map(([group, members]) => [group, members.map(([, name]) => name)]));
}

// Tags have dots and plus signs, pools slashes; groups of the inventory have neither.
function groupNames({ node, pool, tags, running }: GuestListed): readonly string[] {
  const words = [
    ["node", node],
    ...(pool === undefined ? [] : [["pool", pool]]),
    ...tags.map((tag) => ["tag", tag]),
    ["status", running ? "running" : "stopped"],
  ];
  return [...new Set(words.map(([sort = "", word = ""]) => `${sort}_${word.replace(/[^A-Za-z0-9_-]/g, "_")}`))].filter((name) => name.length <= 63);
}

function groupsOf(kept: readonly Named[], { inventory, warnings }: Omit<Choosing, "single">): Live["groups"] {
  const sources = new Map(kept.map(({ name, source }) => [name, source]));
  const found = [...membership(kept)].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(
    found.flatMap(([group, hosts]) => {
      const { at } = sources.get(hosts[0] ?? "") ?? { at: undefined };
      if (at === undefined) return [];
      if (!inventory.groups.has(group) && !inventory.hosts.has(group)) return [[group, { hosts, at }] as const];
      warnings.push({ message: `the file has a ${inventory.groups.has(group) ? "group" : "host"} "${group}" of its own: guests are not put into it`, at });
      return [];
    }),
  );
}

// One line for all: most are machines that get theirs by DHCP and have no agent.
function withoutAddress(kept: readonly Named[]): readonly Warning[] {
  const silent = kept.filter(({ guest, described }) => !described && hostOf(guest, kept[0]?.source as LiveSource).address === undefined);
  const [first] = silent;
  if (first === undefined) return [];
  const message = `no address is known of ${silent.map(({ name }) => name).join(", ")}: reached by name`;
  return [{ message, at: first.source.at, hint: "an agent in the guest tells it (qemu-guest-agent, agent: 1), or the file: hosts: { NAME: { address: … } }" }];
}
