// Looks at the interfaces that are desired: what the file says of them, and what the kernel lacks of it.
import { didYouMean } from "../../lib/suggest.ts";
import { visible } from "../../lib/visible.ts";
import { absent, blocked, type Evidence, type Found, type Notice, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { Problem } from "../../model/problem.ts";
import { type InterfacesSeen, interfacesRead } from "../reads/interfaces.ts";
import { type NetworkInterfaces, portsOf } from "./desired.ts";
import { isOpenVswitch, namesIn, type Said, saidOf } from "./file.ts";
import { lacking } from "./running.ts";

export const path = "/etc/network/interfaces";

export interface NetworkInterfacesActual {
  /** Null where the file has no word of it. */
  readonly said: Readonly<Record<string, Said | null>>;
  /** What the kernel lacks of what is desired, in words. */
  readonly lacking: readonly string[];
}

export async function probe(desired: NetworkInterfaces, on: Pick<Readers, "shell">): Promise<Found<NetworkInterfacesActual>> {
  const names = Object.keys(desired.interfaces);
  const ports = Object.values(desired.interfaces).flatMap((one) => portsOf(one?.inet?.options ?? {}));
  const seen = await on.shell.ask(interfacesRead, { names: [...new Set([...names, ...ports])].sort() });
  if (!seen.ifreload) return blocked("program:ifreload", "this host has no ifreload: ifupdown2 is not installed");
  if (seen.text === undefined) return { found: "unknown", because: nothingThere };
  const wrong = saidElsewhere(names, seen) ?? openVswitch(names, seen.text) ?? noSuchPort(desired, seen, seen.text);
  if (wrong !== undefined) return { found: "unknown", because: wrong };
  return foundIn(desired, seen, seen.text);
}

function foundIn(desired: NetworkInterfaces, seen: InterfacesSeen, text: string): Found<NetworkInterfacesActual> {
  const names = Object.keys(desired.interfaces);
  const said = Object.fromEntries(names.map((name) => [name, saidOf(text, name)]));
  const evidence: Evidence = { text, ...(seen.pending ? { notices: [pending] } : {}) };
  if (names.every((name) => said[name] === null && desired.interfaces[name] === null)) return { ...absent, evidence };
  return present({ said, lacking: lacking(desired, seen.links) }, evidence);
}

function openVswitch(names: readonly string[], text: string): Problem | undefined {
  const name = names.find((one) => isOpenVswitch(text, one));
  if (name === undefined) return undefined;
  const message = `looking at the network's interfaces: ${name} is Open vSwitch's, and hlx makes the kernel's own bridges and bonds`;
  return { code: "unknown", message, hint: `take ${name} out of the playbook, or out of ${path} by hand` };
}

// A bridge of which one port is missing gets none of them. Ports with a dot are VLANs, which ifupdown2 makes.
function noSuchPort({ interfaces }: NetworkInterfaces, { all }: InterfacesSeen, text: string): Problem | undefined {
  const made = [...namesIn(text), ...Object.keys(interfaces)].filter((name) => interfaces[name]?.auto === true || !(name in interfaces));
  for (const [name, wanted] of Object.entries(interfaces)) {
    const port = portsOf(wanted?.inet?.options ?? {}).find((one) => !one.includes(".") && !all.includes(one) && !made.includes(one));
    if (port === undefined) continue;
    const cards = all.filter((one) => one !== "lo" && interfaces[one]?.auto !== true);
    const message = `looking at the network's interfaces: there is no ${port} to be a port of ${name}`;
    return { code: "missing", message, hint: didYouMean(port, cards) ?? `this host has ${cards.map((one) => visible(one)).join(", ") || "none"}` };
  }
  return undefined;
}

const nothingThere: Problem = {
  code: "missing",
  message: `looking at the network's interfaces: there is no ${path} on this host`,
  hint: "what brings its network up is not ifupdown2 (NetworkManager, systemd-networkd, netplan): hlx does not take that over",
};

const pending: Notice = {
  because: `${path}.new is there: changes from Proxmox's web interface that were not applied replace the file at the next boot`,
  hint: "apply or revert them there (System, Network)",
};

// Two files that both speak of an interface are added up by ifupdown2.
function saidElsewhere(names: readonly string[], { sourced }: InterfacesSeen): Problem | undefined {
  for (const [file, text] of sourced) {
    const name = namesIn(text).find((one) => names.includes(one));
    if (name !== undefined)
      return {
        code: "unknown",
        message: `looking at the network's interfaces: ${name} is also said in ${file}, which ${path} takes in`,
        hint: `move it from ${file} to ${path} by hand: hlx changes that file only`,
      };
  }
  return undefined;
}
