// Reads dhcpd.conf(5) and its interfaces, whoever wrote them, as properties. What hlx has no word for is there, too, in dhcpd's own.
import { subnetOf } from "../../lib/ip.ts";
import { extraSaid, isSilent } from "./isc-extra.ts";
import { type IscStatement, iscText, parseIsc, unquoted } from "./isc-syntax.ts";
import type { DhcpSettings } from "./model.ts";
import { dhcpOption, listed, optionOfIsc } from "./options.ts";
import { bootSaid, interfacesSaid, isImplied, leaseSaid, reservationNamed, reservationSaid, Saying, yesNo } from "./settings.ts";
import { unreadable } from "./unreadable.ts";

/** The properties of both files; `defaults` is /etc/default/isc-dhcp-server. `asked`: statements that are told of although they only say how dhcpd logs. */
export function readIsc(conf: string, defaults: string, asked: readonly string[] = []): DhcpSettings {
  const statements = parseIsc(conf)?.filter(({ words: [first = ""] }) => first !== "log-facility" || asked.includes(first));
  if (statements === undefined) return unreadable(`${conf}${defaults}`);
  const saying = new Saying();
  sayInterfaces(defaults, saying);
  const global = statements.filter(({ block }) => block === undefined);
  saying.say("authoritative", authoritative(statements, global));
  for (const statement of statements) sayTop(statement, global, saying);
  return saying.settings;
}

// A network's own word counts there; the model has one for all.
function authoritative(statements: readonly IscStatement[], global: readonly IscStatement[]): string {
  const isSo = (own: readonly IscStatement[]): boolean => own.map(iscText).findLast((line) => /^(not )?authoritative$/.test(line)) === "authoritative";
  const networks = statements.filter(({ words }) => words[0] === "subnet").map(({ block = [] }) => isSo([...global, ...block]));
  const [first = isSo(global)] = networks;
  return networks.every((one) => one === first) ? yesNo(first) : "in some networks";
}

function sayInterfaces(defaults: string, saying: Saying): void {
  const lines = defaults.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  const value = lines.map((line) => /^\s*INTERFACESv4=(["']?)(.*?)\1\s*$/.exec(line)?.[2]).findLast((found) => found !== undefined);
  // Empty is not the same as a space: then the script starts a server for IPv6, too.
  saying.say("interfaces", value === undefined || value === "" ? "all, and IPv6" : interfacesSaid(value.split(/\s+/).filter((name) => name !== "")));
  for (const line of lines) if (!/^\s*(INTERFACESv4=.*|INTERFACESv6=(""|'')?\s*)$/.test(line)) saying.say("extra:defaults", line.trim());
}

/** Statements for all networks that a network's own ones overrule. */
const inherited = ["option", "default-lease-time", "max-lease-time", "filename", "next-server", "ddns-updates", "ddns-domainname"];
const silent = ["authoritative", "not"];

function sayTop(statement: IscStatement, global: readonly IscStatement[], saying: Saying): void {
  const { words, block } = statement;
  const [first = ""] = words;
  if (first === "host" && block !== undefined) sayHost(words[1] ?? "", block, saying);
  else if (first === "subnet" && block !== undefined) saySubnet(words, { global, block }, saying);
  else if (first === "group" && isOnly(block, "host")) for (const inner of block) sayTop(inner, global, saying);
  else if (!isReadElsewhere(statement)) saying.say(...extraSaid(statement));
}

function isReadElsewhere(statement: IscStatement): boolean {
  const [first = ""] = statement.words;
  return statement.block === undefined && (inherited.includes(first) || silent.includes(first) || isSilent(statement));
}

interface Statements {
  readonly global: readonly IscStatement[];
  readonly block: readonly IscStatement[];
}

function saySubnet([, network = "", , netmask = ""]: readonly string[], { global, block }: Statements, saying: Saying): void {
  const cidr = cidrOf(network, netmask);
  const statements = [...global, ...block];
  saying.say(`subnet:${cidr}`, "served");
  const last = (name: string): string | undefined =>
    statements
      .findLast(({ words }) => words[0] === name)
      ?.words.slice(1)
      .map(unquoted)
      .join(" ");
  saying.say(`lease:${cidr}`, leaseSaid(last("default-lease-time") ?? 43_200, last("max-lease-time") ?? 86_400));
  const file = last("filename");
  if (file !== undefined) saying.say(`boot:${cidr}`, bootSaid(file, last("next-server")));
  const zone = last("ddns-domainname");
  const style = last("ddns-update-style") ?? "none";
  if (zone !== undefined && style !== "none" && last("ddns-updates") !== "off") saying.say(`ddns:${cidr}`, zone.replace(/\.$/, ""));
  const options = statements.filter(({ words }) => words[0] === "option").map(({ words }) => optionSaid(words));
  for (const [name, value] of new Map(options)) if (!isImplied(cidr, name, value)) saying.say(`option:${cidr}:${name}`, value);
  for (const statement of block) sayInside(cidr, statement, saying);
}

function sayInside(cidr: string, statement: IscStatement, saying: Saying): void {
  const { words, block } = statement;
  const [first = "", from = "", to = from] = words;
  if (first === "range" && words.length <= 3) saying.say(`pool:${cidr}`, `${from}-${to}`);
  else if (first === "host" && block !== undefined) sayHost(from, block, saying);
  else if (first === "pool" && isOnly(block, "range")) for (const inner of block) sayInside(cidr, inner, saying);
  else if (!inherited.includes(first) && !silent.includes(first)) saying.say(`extra:${cidr}:${first}`, iscText(statement));
}

/** A block that only holds statements which mean the same outside of it. */
function isOnly(block: readonly IscStatement[] | undefined, word: string): block is readonly IscStatement[] {
  return block?.every(({ words }) => words[0] === word) === true;
}

function optionSaid([, name = "", ...value]: readonly string[]): readonly [string, string] {
  const called = optionOfIsc(name);
  const text = value.map(unquoted).join(" ").replaceAll(" ,", ",");
  return [called, dhcpOption(called)?.form === "text" ? text : listed(text)];
}

function sayHost(declared: string, block: readonly IscStatement[], saying: Saying): void {
  const lines = block.map((statement) => ({ statement, words: statement.words.map(unquoted) }));
  const after = (...start: readonly string[]) =>
    lines
      .find(({ words }) => start.every((part, index) => words[index] === part))
      ?.words.slice(start.length)
      .join(" ");
  const name = after("option", "host-name") ?? declared;
  const rest = lines
    .filter(({ words }) => !/^(hardware ethernet|fixed-address|option host-name) /.test(`${words.join(" ")} `))
    .map(({ statement }) => iscText(statement));
  const said = reservationSaid((after("hardware", "ethernet") ?? "any card").toLowerCase(), after("fixed-address") ?? "any address");
  saying.say(reservationNamed(name), rest.length === 0 ? said : `${said} with ${rest.join("; ")}`);
}

function cidrOf(network: string, netmask: string): string {
  const bits = Array.from({ length: 33 }, (_, index) => index).find((index) => subnetOf(`${network}/${index}`)?.netmask === netmask);
  return bits === undefined ? `${network} netmask ${netmask}` : `${network}/${bits}`;
}
