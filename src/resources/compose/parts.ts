// Networks and volumes that a stack makes itself: what they should be, and what is there in their place.
import { isRecord, same } from "../../lib/json.ts";
import { type Change, change } from "../../model/kind.ts";
import type { NetworkInfo, VolumeInfo } from "../../model/ports/docker.ts";
import { ProblemError } from "../../model/problem.ts";
import { wantedOf } from "../docker/door.ts";
import { given } from "../make.ts";
import type { StackActual } from "./actual.ts";
import type { NetworkLooks, Stack, VolumeLooks } from "./desired.ts";
import type { ComposeFile, Part } from "./file.ts";
import { pairsOf } from "./service.ts";
import { hasToken } from "./tokens.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What is compared of the networks and volumes that are the stack's own, by their names in the engine. */
export function looksOfParts({ networks, volumes }: ComposeFile): Pick<Stack, "networks" | "volumes"> {
  return { networks: ofOwn(networks, networkLooks), volumes: ofOwn(volumes, volumeLooks) };
}

function ofOwn<Looks>(parts: ReadonlyMap<string, Part>, looks: (raw: Raw) => Looks): Readonly<Record<string, Looks>> {
  const own = [...parts.values()].filter(({ external }) => !external);
  return Object.fromEntries(own.map(({ name, raw }) => [name, looks(raw)]));
}

function networkLooks({ driver = "bridge", internal = false, attachable, enable_ipv6: ipv6, driver_opts: options, labels, ipam }: Raw): NetworkLooks {
  const ranges = isRecord(ipam) && Array.isArray(ipam["config"]) ? ipam["config"].filter(isRecord) : [];
  return {
    driver: String(driver),
    internal: internal === true,
    ...given({ attachable: flag(attachable), enable_ipv6: flag(ipv6), driver_opts: plain(options), labels: plain(labels) }),
    ...(ranges.length === 0 ? {} : { ipam: ranges.map((range) => onlyText(Object.entries(rangeWords).map(([word]) => [word, range[word]]))) }),
  };
}

function volumeLooks({ driver = "local", driver_opts: options }: Raw): VolumeLooks {
  return { driver: String(driver), ...given({ driver_opts: plain(options) }) };
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function plain(value: unknown): Readonly<Record<string, string>> | undefined {
  return value === undefined || value === null ? undefined : onlyText([...pairsOf(value)].map(([key, one]) => [key, one ?? ""]));
}

function onlyText(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && !hasToken(String(value))).map(([key, value]) => [key, String(value)]));
}

/** The words of compose files for the engine's (IPAM.Config of the Engine API). */
const rangeWords: Readonly<Record<string, string>> = { subnet: "Subnet", ip_range: "IPRange", gateway: "Gateway" };

/** The networks that are there and are not as desired. */
export function othersThanDesired({ networks = {}, state, absent }: Stack, there: readonly NetworkInfo[]): StackActual["networks"] {
  if (state === "stopped" || absent === true) return undefined;
  const found = there.flatMap((info) => {
    const wanted = Object.hasOwn(networks, info.Name) ? networks[info.Name] : undefined;
    const is = wanted === undefined ? undefined : networkAsIs(info, wanted);
    return is === undefined || same(is, wanted) ? [] : [[info.Name, is] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function networkAsIs({ Driver, Internal, Attachable, EnableIPv6, Options, Labels, IPAM }: NetworkInfo, wanted: NetworkLooks): NetworkLooks {
  const { attachable, enable_ipv6: ipv6, driver_opts: options, labels, ipam } = wanted;
  return {
    driver: Driver,
    internal: Internal,
    ...given({
      attachable: attachable === undefined ? undefined : Attachable,
      enable_ipv6: ipv6 === undefined ? undefined : EnableIPv6,
      driver_opts: wantedOf(Options, options),
      labels: wantedOf(Labels, labels),
      ipam: ipam === undefined ? undefined : rangesAsTheyAre(IPAM.Config ?? [], ipam),
    }),
  };
}

// The engine may have more ranges than the file names, and gives those of IPv4 first.
function rangesAsTheyAre(there: readonly Readonly<Record<string, string>>[], wanted: NonNullable<NetworkLooks["ipam"]>): NetworkLooks["ipam"] {
  return wanted.map((range) => {
    const isSix = (subnet = "") => subnet.includes(":");
    const is = there.find(({ Subnet }) => Subnet === range["subnet"]) ?? there.find(({ Subnet }) => isSix(Subnet) === isSix(range["subnet"]));
    return onlyText(Object.keys(range).map((word) => [word, is?.[rangeWords[word] ?? ""]]));
  });
}

/** Throws ProblemError when a volume of the stack is there and is another one than its file says: nothing of a volume can be changed. */
export function refuseOtherVolumes({ volumes = {}, name, state, absent }: Stack, there: readonly VolumeInfo[]): void {
  if (state === "stopped" || absent === true) return;
  for (const [volume, wanted] of Object.entries(volumes)) {
    const info = there.find(({ Name }) => Name === volume);
    const is = info === undefined ? wanted : volumeAsIs(info, wanted);
    if (same(is, wanted)) continue;
    const message = `the volume ${volume} of stack ${name} is not what its file says: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`;
    const hint = `made anew it would be empty: save what is in it and remove it (docker volume rm ${volume}), or give the volume in the file another name`;
    throw new ProblemError({ code: "unknown", message, hint });
  }
}

// A file without options means a volume without any.
function volumeAsIs({ Driver, Options }: VolumeInfo, { driver_opts: options }: VolumeLooks): VolumeLooks {
  const unwanted = Object.keys(Options ?? {}).length === 0 ? undefined : (Options ?? undefined);
  return { driver: Driver, ...given({ driver_opts: wantedOf(Options, options) ?? unwanted }) };
}

/** A change for each network that is made anew. */
export function networkChanges({ networks = {} }: Stack, actual: StackActual | undefined): readonly Change[] {
  return Object.entries(actual?.networks ?? {}).map(([name, before]) =>
    change(`network:${name}`, { before, after: networks[name] ?? null, risk: "replace", note: "made anew, with all services that are in it" }),
  );
}
