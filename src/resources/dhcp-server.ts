// A host's DHCPv4 server, Kea or ISC dhcpd: what it gives to whom, and that it really answers.
import { same } from "../lib/json.ts";
import type { DhcpModel } from "../model/dhcp/model.ts";
import type { Found, Irreversible, Kind, PreImages } from "../model/kind.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { daemonOf } from "./dhcp-server/daemon.ts";
import { type DhcpServer, schema } from "./dhcp-server/desired.ts";
import { diff } from "./dhcp-server/diff.ts";
import { type DhcpServerActual, probe, wantedFiles } from "./dhcp-server/probe.ts";
import { steps } from "./dhcp-server/steps.ts";
import { resourceOf } from "./make.ts";

export const dhcpServerKind: Kind<DhcpServer, DhcpServerActual, "shell"> = {
  kind: "dhcp.server",
  summary: "A host's DHCPv4 server, Kea or ISC dhcpd: networks, pools, options, reservations, and that it answers on port 67.",
  schema,
  via: ["shell"],
  // A host has one, whichever it is: two would answer the same clients.
  identity: () => "ipv4",
  probe,
  diff,
  steps,
  absent: (desired) => ({ ...desired, absent: true }),
  restore,
};

/** What `dhcpServer` takes: the model, and what else it must have loaded. */
export interface DhcpServerOptions extends ResourceOptions, DhcpModel {
  readonly reloadOn?: readonly Resource[];
  readonly absent?: boolean;
}

/** The DHCPv4 server of a host: running, started at boot, answering; the other server is off. */
export function dhcpServer(options: DhcpServerOptions): Resource<DhcpServer> {
  const { server, interfaces, authoritative, subnets, ddns, extra, reloadOn = [], absent, ...brings } = options;
  const watch = reloadOn.map(({ id, traces }) => ({ resource: id, traces }));
  const model = { server, interfaces, authoritative, subnets, ...(ddns && { ddns }), ...(extra !== undefined && { extra }) };
  return resourceOf(dhcpServerKind, { ...model, watch, ...(absent === true && { absent }) }, brings);
}

function restore(desired: DhcpServer, before: Found<DhcpServerActual>, pre: PreImages): DhcpServer | Irreversible {
  if (before.found === "absent") return { ...desired, absent: true };
  if (before.found !== "present") return { irreversible: "the DHCP server was not known before" };
  const { rival, access, serving } = before.actual;
  if (rival === "on") return { irreversible: `${desired.server === "kea" ? "ISC dhcpd" : "Kea"} ran before: apply a role that asks for it` };
  if (access === "") return { ...desired, absent: true };
  if (serving === "stopped") return { irreversible: "it had a configuration before, and did not run: stop it by hand" };
  const { absent: _, ...rest } = desired;
  const files = wantedFiles(desired);
  const lost = files.find(({ path }) => !pre.has(path));
  const texts = files.map(({ path, content }) => pre.get(path)?.content ?? content);
  // A file that the run did not touch has no copy, and says what is desired.
  const told = lost === undefined || same(daemonOf(desired.server).read(texts, desired), before.actual.config);
  if (!told) return { irreversible: `no copy of the old ${lost.path} was kept`, copyOf: lost.path };
  return { ...rest, verbatim: Object.fromEntries(files.map(({ path }, index) => [path, texts[index] ?? ""])) };
}
