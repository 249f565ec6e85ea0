// Reads kea-dhcp4.conf, whoever wrote it, as properties. What hlx has no word for is there, too, in Kea's own.
import { canonical, isRecord } from "../../lib/json.ts";
import { parseLooseJson } from "../../lib/loose-json.ts";
import { isQuiet } from "./kea-fixed.ts";
import type { DhcpSettings } from "./model.ts";
import { dhcpOption, listed, optionOfCode } from "./options.ts";
import { bootSaid, interfacesSaid, isImplied, leaseSaid, reservationNamed, reservationSaid, Saying, yesNo } from "./settings.ts";
import { unreadable } from "./unreadable.ts";

type Members = Readonly<Record<string, unknown>>;

/** Members of `Dhcp4` that have a property of their own. */
export const keaKnown: readonly string[] = [
  ...["interfaces-config", "authoritative", "dhcp-ddns", "subnet4", "option-data", "valid-lifetime", "max-valid-lifetime"],
  ...["next-server", "boot-file-name", "ddns-send-updates", "ddns-qualifying-suffix"],
];
const subnetKnown = [...keaKnown.slice(4), "id", "subnet", "pools", "reservations"];

/** The properties of a configuration's text. `asked`: members of `Dhcp4` that are told of although they only say how Kea is run. */
export function readKea(text: string, asked: readonly string[] = []): DhcpSettings {
  try {
    return settingsIn(recordOf(parseLooseJson(text)), asked) ?? unreadable(text);
  } catch {
    return unreadable(text);
  }
}

function settingsIn(root: Members, asked: readonly string[]): DhcpSettings | undefined {
  const dhcp4 = root["Dhcp4"];
  if (!isRecord(dhcp4)) return undefined;
  const saying = new Saying();
  const { interfaces, ...others } = recordOf(dhcp4["interfaces-config"]);
  const named = listOf(interfaces).filter((name) => name !== "*");
  saying.say("interfaces", interfacesSaid(named.map(word)));
  saying.say("authoritative", yesNo(dhcp4["authoritative"] === true));
  for (const subnet of listOf(dhcp4["subnet4"])) saySubnet(recordOf(subnet), dhcp4, saying);
  const rest = Object.entries(without(dhcp4, keaKnown)).filter(([name, value]) => !isQuiet(name, value, asked));
  sayRest({ ...Object.fromEntries(rest), ...without(root, ["Dhcp4"]), ...ifAny("interfaces-config", others) }, "extra:", saying);
  return saying.settings;
}

function saySubnet(subnet: Members, dhcp4: Members, saying: Saying): void {
  const cidr = word(subnet["subnet"]);
  const inherited = (name: string): unknown => subnet[name] ?? dhcp4[name];
  saying.say(`subnet:${cidr}`, `id ${word(subnet["id"])}`);
  const lease = inherited("valid-lifetime") ?? 7200;
  saying.say(`lease:${cidr}`, leaseSaid(word(lease), word(inherited("max-valid-lifetime") ?? lease)));
  for (const pool of listOf(subnet["pools"])) saying.say(`pool:${cidr}`, poolSaid(recordOf(pool)));
  for (const [name, value] of optionsOf(subnet, dhcp4)) if (!isImplied(cidr, name, value)) saying.say(`option:${cidr}:${name}`, value);
  const file = inherited("boot-file-name");
  if (file !== undefined) saying.say(`boot:${cidr}`, bootSaid(word(file), wordOr(inherited("next-server"))));
  sayDdns(
    cidr,
    { enabled: recordOf(dhcp4["dhcp-ddns"])["enable-updates"], sends: inherited("ddns-send-updates"), zone: inherited("ddns-qualifying-suffix") },
    saying,
  );
  for (const one of listOf(subnet["reservations"])) sayReservation(recordOf(one), saying);
  sayRest(without(subnet, subnetKnown), `extra:${cidr}:`, saying);
}

function sayDdns(cidr: string, { enabled, sends = true, zone = "" }: { enabled: unknown; sends: unknown; zone: unknown }, saying: Saying): void {
  if (enabled === true && sends === true) saying.say(`ddns:${cidr}`, word(zone).replace(/\.$/, ""));
}

function poolSaid({ pool, ...rest }: Members): string {
  return `${word(pool).replaceAll(" ", "")}${noted(rest)}`;
}

// A subnet's own option wins over the same one of all subnets.
function optionsOf(subnet: Members, dhcp4: Members): ReadonlyMap<string, string> {
  return new Map([dhcp4, subnet].flatMap((level) => listOf(level["option-data"])).map((entry) => optionSaid(recordOf(entry))));
}

function optionSaid({ name, code, data, space, "csv-format": csv, ...rest }: Members): readonly [string, string] {
  const called = name === undefined ? optionOfCode(Number(code)) : word(name);
  const odd = { ...rest, ...(space === undefined || space === "dhcp4" ? {} : { space }), ...(csv === undefined || csv === true ? {} : { "csv-format": csv }) };
  const text = word(data);
  return [called, `${dhcpOption(called)?.form === "text" ? text.replaceAll("\\,", ",") : listed(text)}${noted(odd)}`];
}

function sayReservation({ "hw-address": mac, "ip-address": address, hostname, ...rest }: Members, saying: Saying): void {
  const who = mac === undefined ? said(rest) : word(mac).toLowerCase();
  const named = wordOr(hostname) ?? wordOr(address) ?? who;
  saying.say(reservationNamed(named), `${reservationSaid(who, wordOr(address) ?? "any address")}${mac === undefined ? "" : noted(rest)}`);
}

function sayRest(rest: Members, prefix: string, saying: Saying): void {
  for (const [name, value] of Object.entries(rest)) saying.say(`${prefix}${name}`, said(value));
}

function noted(rest: Members): string {
  return Object.keys(rest).length === 0 ? "" : ` with ${said(rest)}`;
}

/** As JSON on one line, without what opens databases (Kea ARM, "Lease database"). */
function said(value: unknown): string {
  const open: unknown = JSON.parse(JSON.stringify(value ?? null), (name, inner: unknown) => (name === "password" || name === "secret" ? "(hidden)" : inner));
  return canonical(open);
}

function ifAny(name: string, members: Members): Members {
  return Object.keys(members).length === 0 ? {} : { [name]: members };
}

function without(members: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}

function recordOf(value: unknown): Members {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function word(value: unknown): string {
  return typeof value === "string" ? value : canonical(value ?? null);
}

function wordOr(value: unknown): string | undefined {
  return value === undefined || value === "" ? undefined : word(value);
}
