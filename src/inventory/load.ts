// hlx's own inventory format: text in, checked inventory out.
import { dirname, resolve } from "node:path";
import { isRecord, type Json } from "../lib/json.ts";
import type { Path } from "../model/documents/document.ts";
import { byPlace } from "../model/documents/order.ts";
import { parseYaml } from "../model/documents/parse.ts";
import { validate } from "../model/documents/validate.ts";
import type { Device, Inventory, Network } from "../model/host.ts";
import { ProblemError, refuseAll } from "../model/problem.ts";
import { addressesOf, type Planned, planNetworks } from "./addresses.ts";
import { checkWhole } from "./checks.ts";
import { depthsOf, resolveGroups } from "./groups.ts";
import { resolveHosts, splitReference } from "./hosts.ts";
import { parse } from "./networks.ts";
import { selectHosts } from "./patterns.ts";
import { type RawInventory, type Reading, report } from "./reading.ts";
import { inventorySchemaFor } from "./schema.ts";

export interface LoadOptions {
  /** Extra variables (`-e`), the strongest layer. */
  readonly overrides?: ReadonlyMap<string, Json>;
  /** Reads the file of an `@file` pattern. */
  readonly readFile?: (path: string) => string;
}

/** Reads and checks one inventory in hlx's format. Throws ProblemError with everything that is wrong, each with its place. `file` is absolute. */
export function loadInventory({ file, text, ...options }: { readonly file: string; readonly text: string } & LoadOptions): Inventory {
  const reading = readRaw(file, text);
  const networks = planNetworks(reading);
  const groups = resolveGroups(reading);
  const hosts = resolveHosts({ reading, networks, groups, depths: depthsOf(groups), overrides: options.overrides ?? new Map() });
  const devices = resolveDevices(reading, networks);
  checkWhole({ reading, hosts, devices });
  const resolved = withResolvers(reading, networks, new Map<string, Addressed>([...hosts, ...devices]));
  refuseAll(byPlace(reading.problems));
  const folder = dirname(file);
  const { playbook, secrets, images } = reading.raw;
  return {
    format: 1,
    folder,
    hosts,
    groups,
    devices,
    networks: resolved,
    images: new Map(Object.entries(images ?? {})),
    ...(playbook !== undefined && { playbook: resolve(folder, playbook) }),
    ...(secrets !== undefined && { secrets: resolve(folder, secrets) }),
    warnings: [],
    select: (pattern) => selectHosts(pattern, { hosts: [...hosts.keys()], groups }, options.readFile === undefined ? {} : { readFile: options.readFile }),
  };
}

function readRaw(file: string, text: string): Reading {
  const document = parseYaml(file, text);
  if (document.value === undefined || document.value === null) {
    throw new ProblemError({
      code: "input",
      message: "the inventory is empty: there are no hosts",
      at: document.at([]),
      hint: "write a first one with: hlx init",
    });
  }
  const networks = isRecord(document.value) && isRecord(document.value["networks"]) ? Object.keys(document.value["networks"]) : [];
  refuseAll(validate(document, inventorySchemaFor(networks), { subject }));
  return { document, raw: document.value as unknown as RawInventory, problems: [] };
}

const singular: Readonly<Record<string, string>> = { hosts: "host", devices: "device", groups: "group", networks: "network", images: "image" };

function subject(path: Path): string {
  const [section = "", name, ...rest] = path;
  const noun = singular[section];
  if (path.length === 0) return "the inventory";
  if (noun === undefined || name === undefined) return path.join(".");
  return rest.length === 0 ? `${noun} "${name}"` : `${rest.join(".")} of ${noun} "${name}"`;
}

function resolveDevices(reading: Reading, networks: ReadonlyMap<string, Planned>): ReadonlyMap<string, Device> {
  const entries = Object.entries(reading.raw.devices ?? {}).map(([name, raw]): [string, Device] => {
    const addresses = addressesOf(name, raw, { reading, networks, section: "devices" });
    return [name, { name, addresses, ...(typeof raw["mac"] === "string" && { mac: raw["mac"] }) }];
  });
  return new Map(entries);
}

interface Addressed {
  readonly addresses: Readonly<Record<string, string>>;
}

function withResolvers(reading: Reading, networks: ReadonlyMap<string, Planned>, named: ReadonlyMap<string, Addressed>): ReadonlyMap<string, Network> {
  return new Map([...networks].map(([name, { network }]) => [name, { ...network, dns: resolversOf(name, reading, named) }]));
}

// Host and device names become addresses: in this network, else the first they have; `host.network` names one.
function resolversOf(network: string, reading: Reading, named: ReadonlyMap<string, Addressed>): readonly string[] {
  return (reading.raw.networks?.[network]?.dns ?? []).flatMap((written, index) => {
    const [host, other] = splitReference(written);
    const own = named.get(written)?.addresses;
    const address = parse(written) === undefined ? (own?.[network] ?? Object.values(own ?? {})[0] ?? named.get(host)?.addresses[other]) : written;
    if (address !== undefined) return [address];
    report(reading, ["networks", network, "dns", index], {
      message: `dns of network "${network}" names "${written}", which has no address here`,
      hint: "write an address, or a host or device of this inventory",
    });
    return [];
  });
}
