// What is wrong with the params, and which ports a Pi-hole takes: known before anything connects.
import { type Claim, recordsOf } from "hlx";
import { filtersGiven } from "./filters.ts";
import type { Params } from "./params.ts";
import { type Around, serverOf } from "./servers.ts";
import { isAddress, isAlias } from "./settings.ts";

type Path = Claim["path"];

export function claimsOf(params: Params, around: Around): readonly Claim[] {
  return [
    ...ports(params),
    ...servers(params, around),
    ...networks(params, around),
    ...owners(params),
    ...unserved(params, around),
    ...cliOnly(params),
    ...stackOnly(params),
  ];
}

function ports({ port }: Params): readonly Claim[] {
  const dns = (["tcp", "udp"] as const).map((protocol) => ({ claim: "port" as const, port: 53, protocol, by: "Pi-hole", path: [] }));
  return [...dns, { claim: "port", port, protocol: "tcp", by: "Pi-hole's web server", path: [] }];
}

function servers({ upstreams = [], forward = {} }: Params, around: Around): readonly Claim[] {
  const all: readonly (readonly [Path, string])[] = [
    ...upstreams.map((server, index) => [["upstreams", index], server] as const),
    ...Object.entries(forward).map(([network, server]) => [["forward", network], server] as const),
  ];
  const unknown = all.filter(([, server]) => serverOf(server, around) === undefined);
  return unknown.map(([path, server]) => error(path, `"${server}" is neither an address nor a host or device of the inventory that has one`));
}

function networks({ local, forward = {} }: Params, { inventory }: Around): readonly Claim[] {
  const known = (name: string): boolean => inventory.networks.has(name);
  const unknown = local.filter((name) => !known(name)).map((name) => error(["local"], `there is no network "${name}"`));
  const odd = Object.keys(forward).filter((name) => !known(name) && !name.includes("/"));
  const nameless = local.filter((name) => known(name) && inventory.networks.get(name)?.domain === undefined);
  return [
    ...local.map((network): Claim => ({ claim: "tells", network, path: ["local"] })),
    ...unknown,
    ...odd.map((name) => error(["forward", name], `"${name}" is neither a network of the inventory nor a CIDR`)),
    ...nameless.map((name) => warning(["local"], `the network "${name}" has no domain, so that no names follow from it`)),
  ];
}

// A Pi-hole that has a name from both answers with both addresses.
function owners({ local, forward = {}, settings }: Params): readonly Claim[] {
  const both = local.filter((name) => Object.hasOwn(forward, name));
  const twice = [...(local.length > 0 ? ["dns.hosts", "dns.cnameRecords"] : []), ...(Object.keys(forward).length > 0 ? ["dns.revServers"] : [])];
  return [
    ...both.map((name) => error(["local"], `the names of "${name}" are both forwarded and answered here`, "leave one of them out: a name has one owner")),
    ...twice
      .filter((key) => Object.hasOwn(settings, key))
      .map((key) => error(["settings", key], `${key} follows from local and forward`, "leave one of them out")),
  ];
}

function unserved({ local }: Params, { inventory }: Around): readonly Claim[] {
  const known = local.filter((name) => inventory.networks.has(name));
  const left = recordsOf(inventory, known).filter((record) => record.type !== "PTR" && !isAddress(record) && !isAlias(record));
  return left.map(({ name, type, network }) =>
    warning(
      ["local"],
      `a Pi-hole does not answer ${name} ${type} of the network "${network}"`,
      "a wildcard or another type needs BIND, or a line in misc.dnsmasq_lines",
    ),
  );
}

function cliOnly(params: Params): readonly Claim[] {
  if (params.through === "api") return [];
  return filtersGiven(params).map((name) => error([name], "pihole-FTL's command line knows settings only", "use the API, or leave it out"));
}

// What the container's environment holds cannot be set as well, and there is one Pi-hole a host.
function stackOnly({ stack, install, through, settings, password }: Params): readonly Claim[] {
  if (stack === undefined) return [];
  return [
    ...(install === undefined ? [] : [error(["install"], "a host has one Pi-hole: a stack, or an installed one", "leave one of them out")]),
    ...(through === "api" ? [] : [error(["through"], "a Pi-hole in a container is reached through its API", "leave it out")]),
    ...(password === undefined ? [error(["stack"], "without a password the container makes one up", "write password: !secret pihole.password")] : []),
    ...["dns.listeningMode", "webserver.port"]
      .filter((key) => Object.hasOwn(settings, key))
      .map((key) => error(["settings", key], `${key} is the stack's own: behind its bridge nothing else works`, "leave it out")),
  ];
}

function error(path: Path, message: string, hint?: string): Claim {
  return { claim: "finding", level: "error", path, message, ...(hint === undefined ? {} : { hint }) };
}

function warning(path: Path, message: string, hint?: string): Claim {
  return { claim: "finding", level: "warning", path, message, ...(hint === undefined ? {} : { hint }) };
}
