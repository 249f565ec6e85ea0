// ISC dhcpd.conf: subnets, pools, reservations, options (dhcpd.conf(5), dhcp-options(5)).

import { ipText, parseIp, subnetOf } from "../lib/ip.ts";
import type { Json, JsonObject } from "../lib/json.ts";
import { dhcpOption, optionOfIsc } from "../model/dhcp/options.ts";
import { isImplied } from "../model/dhcp/settings.ts";
import { type Statement, statementsOf, statementText, wordAfter } from "./blocks.ts";
import { withoutSecrets } from "./clear.ts";
import { ddnsParams, ddnsWords } from "./dhcpd-ddns.ts";
import { type Gathered, type GatheredHost, type GatheredSubnet, type Note, nothing, some } from "./gathered.ts";
import { type Word, wrong } from "./zone/lines.ts";

/** How the files that it includes are found; undefined where there is none. */
export type Include = (path: Word) => { readonly file: string; readonly text: string } | undefined;

interface Reading {
  readonly include: Include;
  readonly subnets: GatheredSubnet[];
  readonly hosts: GatheredHost[];
  readonly notes: Note[];
  readonly global: Statement[];
  /** Statements for which the role has no word, as they are written. */
  readonly extra: Statement[];
  /** Statements about names of leases. */
  readonly ddns: Statement[];
  /** What is inside of each subnet. */
  readonly inside: (readonly Statement[])[];
  depth: number;
}

/** /etc/default/isc-dhcp-server: where it listens. */
export function readDhcpdDefaults({ text }: { readonly text: string }): Gathered {
  const [, , value = ""] = /^\s*INTERFACESv4=(["']?)(.*?)\1\s*$/m.exec(text) ?? [];
  return { ...nothing, params: { dhcp: some({ interfaces: value.split(/\s+/).filter((name) => name !== "") }) } };
}

/** Throws ProblemError where it cannot be read; what has no counterpart is noted. */
export function readDhcpd(source: { readonly file: string; readonly text: string }, include: Include): Gathered {
  refuseUnit(source);
  const reading: Reading = { include, subnets: [], hosts: [], notes: [], global: [], extra: [], ddns: [], inside: [], depth: 0 };
  walk(statementsOf(source.file, source.text), reading);
  spread(reading);
  const { subnets, hosts, notes, global } = reading;
  const extra = withoutSecrets([...reading.extra, ...global.filter(isForeignOption)], notes).map(statementText);
  const dns = listed(optionWords(global, "domain-name-servers"));
  const domain = wordAfter(global, "option", "domain-name")?.text;
  const filled = subnets.map((subnet) => ({
    ...subnet,
    dns: subnet.dns.length > 0 ? subnet.dns : dns,
    ...(subnet.domain === undefined && domain !== undefined && { domain }),
  }));
  return {
    ...nothing,
    subnets: filled,
    hosts,
    notes,
    params: { dhcp: some({ ...paramsOf(global), ddns: ddnsParams(reading.ddns, notes), extra: extra.length === 0 ? undefined : linesOf(extra) }) },
  };
}

// Beside dhcpd.conf, and easily taken for it.
function refuseUnit({ file, text }: { readonly file: string; readonly text: string }): void {
  const line = text.split("\n").findIndex((row) => /^\s*(\[(Unit|Service|Install)\]|(Description|ExecStart)\s*=)/.test(row));
  if (line < 0) return;
  const at = { file, line: line + 1, column: 1, text: text.split("\n")[line] ?? "" };
  throw wrong("this is a systemd unit, and not dhcpd.conf", at, "leave it out: the role dhcp has the package's own unit");
}

// Said twice is said once.
function linesOf(statements: readonly string[]): string {
  return `${[...new Set(statements)].join("\n")}\n`;
}

function walk(statements: readonly Statement[], reading: Reading): void {
  for (const statement of statements) (handlers.get(statement.words[0]?.text ?? "") ?? other)(statement, reading);
}

function other(statement: Statement, { ddns, global, extra, notes }: Reading): void {
  const word = statement.words[0]?.text ?? "";
  if (isAboutNames(statement)) ddns.push(statement);
  else if (silent.has(word)) global.push(statement);
  else if (statement.block === undefined) extra.push(statement);
  else notes.push({ message: `"${word}" is not taken over`, at: statement.at });
}

// Read where they matter, or the same as what the role does anyway.
const silent: ReadonlySet<string> = new Set(["authoritative", "option", "default-lease-time", "max-lease-time", "filename", "next-server"]);

const handlers: ReadonlyMap<string, (statement: Statement, reading: Reading) => void> = new Map([
  ["subnet", subnet],
  ["host", host],
  ["group", inner],
  ["shared-network", inner],
  ["include", included],
]);

function inner({ block = [] }: Statement, reading: Reading): void {
  walk(block, reading);
}

function included({ words: [, path] }: Statement, reading: Reading): void {
  if (path === undefined) return;
  if (reading.depth >= 10) throw wrong("files include each other more than 10 deep", path.at, "does one include itself?");
  const found = reading.include(path);
  // The role's own: it has a key, and nothing else.
  if (found === undefined && path.text.endsWith("/hlx-ddns.key")) return;
  if (found === undefined) {
    reading.notes.push({ message: `the included file ${path.text} is not here: what it says is not taken over`, at: path.at });
    return;
  }
  reading.depth += 1;
  walk(statementsOf(found.file, found.text), reading);
  reading.depth -= 1;
}

function subnet({ words: [, address, , mask], block = [], at }: Statement, reading: Reading): void {
  const bits = mask === undefined ? undefined : bitsOf(mask.text);
  if (address === undefined || mask === undefined || bits === undefined)
    throw wrong("this subnet has no netmask that is one", mask?.at ?? at, "subnet 192.168.1.0 netmask 255.255.255.0 { … }");
  const cidr = `${address.text}/${bits}`;
  const found = subnetOf(cidr);
  if (found === undefined || parseIp(address.text)?.value !== found.first)
    throw wrong(`${address.text} is not the first address of a network with netmask ${mask.text}`, address.at, found && `write ${ipText(found.first, 4)}`);
  const inside = [...block, ...block.flatMap((one) => (one.words[0]?.text === "pool" ? (one.block ?? []) : []))];
  const router = optionWords(inside, "routers")?.[0];
  const domain = wordAfter(inside, "option", "domain-name")?.text;
  reading.subnets.push({
    cidr,
    dns: listed(optionWords(inside, "domain-name-servers")),
    pools: inside.flatMap(poolOf),
    at,
    ...(router !== undefined && parseIp(router.text) !== undefined && { gateway: router.text }),
    ...(domain !== undefined && { domain }),
  });
  walk(
    inside.filter(({ words: [word] }) => word?.text === "host"),
    reading,
  );
  reading.inside.push(inside);
}

// What all subnets say alike is said of all; what differs by network has a place only where the inventory has it.
function spread({ inside, subnets, global, extra, ddns, notes }: Reading): void {
  const kept = inside.map((statements, index) => statements.filter((one) => !saysNoMore(one, subnets[index]?.cidr ?? "")));
  const said = kept.map((statements) => new Set(statements.map(statementText)));
  const isCommon = (one: Statement): boolean =>
    one.block === undefined && one.words[0]?.text !== "range" && said.every((texts) => texts.has(statementText(one)));
  const rest = (kept[0] ?? []).filter(isCommon);
  ddns.push(...rest.filter(isAboutNames));
  global.push(...rest.filter(({ words: [word] }) => silent.has(word?.text ?? "")));
  extra.push(...rest.filter((one) => !silent.has(one.words[0]?.text ?? "") && !isAboutNames(one)));
  notes.push(
    ...kept
      .flat()
      .filter((one) => !isCommon(one))
      .flatMap(leftOut),
  );
}

// An option that follows from the network itself.
function saysNoMore({ words: [word, name, value] }: Statement, cidr: string): boolean {
  return word?.text === "option" && isImplied(cidr, name?.text ?? "", value?.text ?? "");
}

function isAboutNames(statement: Statement): boolean {
  return ddnsWords.includes(statement.words[0]?.text ?? "") || statementText(statement) === "ignore client-updates;";
}

const derived = ["routers", "domain-name-servers", "domain-name"];

function leftOut({ words: [word, name], at }: Statement): readonly Note[] {
  if (["range", "pool", "host", "authoritative"].includes(word?.text ?? "") || (word?.text === "option" && derived.includes(name?.text ?? ""))) return [];
  return [
    { message: `${word?.text === "option" ? `option ${name?.text}` : `"${word?.text}"`} of one subnet is not taken over: the role's are for all of them`, at },
  ];
}

function bitsOf(mask: string): number | undefined {
  const value = parseIp(mask)?.value;
  if (value === undefined) return undefined;
  const binary = value.toString(2).padStart(32, "0");
  return /^1*0*$/.test(binary) ? binary.replaceAll("0", "").length : undefined;
}

function poolOf({ words }: Statement): readonly (readonly [string, string])[] {
  const [word, ...rest] = words.filter(({ text }) => text !== "dynamic-bootp");
  if (word?.text !== "range") return [];
  const [from, to = from] = rest;
  for (const end of [from, to])
    if (end !== undefined && parseIp(end.text) === undefined) throw wrong(`"${end.text}" is no address`, end.at, "range 192.168.1.100 192.168.1.199;");
  return from === undefined || to === undefined ? [] : [[from.text, to.text]];
}

const mac = /^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i;

function host({ words: [, name], block = [], at }: Statement, { hosts, notes }: Reading): void {
  const [hardware, address] = [wordAfter(block, "hardware", "ethernet"), wordAfter(block, "fixed-address")];
  if (name === undefined || hardware === undefined) {
    notes.push({ message: `host ${name?.text ?? ""} has no Ethernet address: it is not taken over`, at });
    return;
  }
  if (!mac.test(hardware.text)) throw wrong(`"${hardware.text}" is no MAC address`, hardware.at, "six bytes in hexadecimal with colons: 00:11:22:33:44:55");
  const full = hardware.text
    .split(":")
    .map((byte) => byte.padStart(2, "0"))
    .join(":")
    .toLowerCase();
  hosts.push({ name: name.text, mac: full, at, ...(address !== undefined && { address: address.text.replace(/[.,]$/, "") }) });
}

// The words of an option, which are separated by commas: `option routers 192.0.2.1, 192.0.2.2;`.
function optionWords(statements: readonly Statement[], option: string): readonly Word[] | undefined {
  return statements.find(({ words }) => words[0]?.text === "option" && words[1]?.text === option)?.words.slice(2);
}

function listed(words: readonly Word[] | undefined): readonly string[] {
  return (words ?? []).flatMap(({ text }) => text.split(",")).filter((one) => one !== "");
}

function paramsOf(global: readonly Statement[]): JsonObject {
  const number = (name: string): number | undefined => (/^\d+$/.test(wordAfter(global, name)?.text ?? "") ? Number(wordAfter(global, name)?.text) : undefined);
  // Where it does not say, dhcpd's own defaults.
  const [lease, maxLease] = [number("default-lease-time") ?? 43_200, number("max-lease-time") ?? 86_400];
  const [file, server] = [wordAfter(global, "filename")?.text, wordAfter(global, "next-server")?.text];
  const options = optionsOf(global);
  return some({
    server: "isc",
    lease,
    ...(maxLease !== lease && { maxLease }),
    ...(!global.some(({ words: [word] }) => word?.text === "authoritative") && { authoritative: false }),
    ...(file !== undefined && { boot: some({ file, server }) }),
    ...(Object.keys(options).length > 0 && { options }),
  });
}

// The role has no word for it.
function isForeignOption({ words: [word, name] }: Statement): boolean {
  return word?.text === "option" && !derived.includes(name?.text ?? "") && dhcpOption(optionOfIsc(name?.text ?? "")) === undefined;
}

function optionsOf(global: readonly Statement[]): Record<string, Json> {
  const found = global.filter((one) => one.words[0]?.text === "option" && !derived.includes(one.words[1]?.text ?? "") && !isForeignOption(one));
  return Object.fromEntries(
    found.map(({ words: [, name, ...values] }): [string, Json] => {
      const list = listed(values);
      return [optionOfIsc(name?.text ?? ""), list.length === 1 ? (list[0] ?? "") : [...list]];
    }),
  );
}
