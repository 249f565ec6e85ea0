// hlx's own inventory format: text in, checked inventory out.
import { dirname, resolve } from "node:path";
import { isRecord, type Json } from "../lib/json.ts";
import { nearest } from "../lib/suggest.ts";
import type { Path } from "../model/documents/document.ts";
import { byPlace } from "../model/documents/order.ts";
import { parseYaml } from "../model/documents/parse.ts";
import { findMistakes, validateValue } from "../model/documents/validate.ts";
import type { Device, Inventory } from "../model/host.ts";
import type { Live } from "../model/live.ts";
import { type Problem, ProblemError, refuseAll } from "../model/problem.ts";
import { addressesOf, type Planned, planNetworks } from "./addresses.ts";
import { checkWhole } from "./checks.ts";
import { disagreements } from "./disagreements.ts";
import { depthsOf, resolveGroups } from "./groups.ts";
import { aliasesIn, resolveHosts } from "./hosts.ts";
import { unasked, withLive } from "./live-reading.ts";
import { liveSourcesIn } from "./live-sources.ts";
import { selectHosts } from "./patterns.ts";
import { type Reading, report } from "./reading.ts";
import { networksWithRecords } from "./records.ts";
import { type Addressed, hostsWithResolvers, networksWithResolvers } from "./resolvers.ts";
import { extraVarsSchema, inventorySchemaFor } from "./schema.ts";
import { sourcesIn } from "./secret-sources.ts";
import { soundPart } from "./sound.ts";

export interface LoadOptions {
  /** Extra variables (`-e`), the strongest layer. */
  readonly overrides?: ReadonlyMap<string, Json>;
  /** Reads the file of an `@file` pattern. */
  readonly readFile?: (path: string) => string;
  /** What the sources answered; without it the file is read as it is, and what only they know may be anything. */
  readonly live?: Live;
}

/** Reads and checks one inventory in hlx's format. Throws ProblemError with everything that is wrong, each with its place. `file` is absolute. */
export function loadInventory({ file, text, ...options }: { readonly file: string; readonly text: string } & LoadOptions): Inventory {
  const overrides = options.overrides ?? new Map<string, Json>();
  refuseAll(wrongOverrides(overrides));
  const reading = readRaw(file, text, options.live);
  const networks = planNetworks(reading);
  const groups = resolveGroups(reading);
  const depths = depthsOf(groups);
  const written = resolveHosts({ reading, networks, groups, depths, overrides });
  const devices = resolveDevices(reading, networks);
  checkWhole({ reading, hosts: written, devices });
  const sources = liveSourcesIn(reading, written);
  const named: Addressed = new Map<string, Device>([...written, ...devices]);
  const resolved = networksWithRecords(reading, networksWithResolvers(reading, networks, named), { networks, named });
  const hosts = hostsWithResolvers(reading, written, named);
  refuseAll(byPlace(reading.problems));
  const folder = dirname(file);
  const selecting = { mayBe: reading.mayBe, ...(options.readFile === undefined ? {} : { readFile: options.readFile }) };
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
    ...(secrets !== undefined && { secrets: sourcesIn(folder, secrets) }),
    ...(sources.length > 0 && { sources, ...(options.live === undefined && { unasked: true as const }) }),
    warnings: [...unasked(sources, options.live), ...disagreements(hosts.values(), depths)],
    at: (path) => reading.document.at(path),
    select: (pattern) => selectHosts(pattern, { hosts: [...hosts.keys()], groups }, selecting),
  };
}

function readRaw(file: string, text: string, live: Live | undefined): Reading {
  const document = parseYaml(file, text);
  if (document.value === undefined || document.value === null) {
    throw new ProblemError({
      code: "input",
      message: "the inventory is empty: there are no hosts",
      at: document.at([]),
      hint: "write a first one with: hlx init",
    });
  }
  const misspelt = misspeltSections(document.value);
  const { problems, paths } = findMistakes(document, inventorySchemaFor(misspelt.includes("networks") ? undefined : networksIn(document.value)), { subject });
  const sound = soundPart(document.value, paths);
  if (sound === undefined) throw new ProblemError(...(problems as [Problem, ...Problem[]]));
  const reading: Reading = {
    ...withLive(document, sound.raw, live),
    problems: [...problems],
    damaged: new Set([...sound.damaged, ...misspelt.map((section) => `${section}/*`)]),
  };
  if (Object.keys(sound.raw.hosts).length === 0)
    report(reading, ["hosts"], { message: "there are no hosts", hint: "write one: web1: { address: 192.0.2.10 }" });
  return reading;
}

function networksIn(value: unknown): readonly string[] {
  return isRecord(value) && isRecord(value["networks"]) ? Object.keys(value["networks"]) : [];
}

// Where a section's own name is misspelt, what refers to it is not to blame.
function misspeltSections(value: unknown): readonly string[] {
  if (!isRecord(value)) return [];
  return ["networks", "images", "devices", "groups"].filter(
    (section) => !(section in value) && Object.keys(value).some((key) => nearest(key, [section]) !== undefined),
  );
}

function wrongOverrides(overrides: ReadonlyMap<string, Json>): readonly Problem[] {
  const given = Object.fromEntries(overrides);
  return validateValue(given, extraVarsSchema, () => undefined, "the extra variables (-e)").map((problem) => ({ ...problem, code: "usage" }));
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
    return [name, { name, addresses, ...(typeof raw["mac"] === "string" && { mac: raw["mac"] }), ...aliasesIn(raw) }];
  });
  return new Map(entries);
}
