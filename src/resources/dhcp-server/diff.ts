// What differs between a host's DHCP server and what it should be: one change for each pool, option and reservation.
import { type Ahead, type Change, change, type Known, type Risk } from "../../model/kind.ts";
import { accessSaid } from "../ownership.ts";
import { daemonOf, rivalOf } from "./daemon.ts";
import type { DhcpServer } from "./desired.ts";
import { type DhcpServerActual, wantedFiles } from "./probe.ts";

/** Of one that is not there: every property that it will have, so that no later diff of a fresh host can name more. */
export function diff(desired: DhcpServer, found: Known<DhcpServerActual>, ahead: Ahead): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  if (desired.absent === true) return actual === undefined ? [] : removal(actual);
  const config = settingChanges(desired, actual);
  return [...config, ...accessChange(desired, actual), ...stateChanges(desired, actual), ...loadedChange(desired, { actual, ahead, config })];
}

function removal({ config, serving, enabled }: DhcpServerActual): readonly Change[] {
  const gone = inOrder(Object.keys(config)).map((property) => change(property, { before: config[property] ?? null, after: null }));
  const stopped =
    serving === "stopped" ? [] : [change("serving", { before: serving, after: "stopped", risk: "connectivity", note: "nobody gives out addresses" })];
  return [...gone, ...stopped, ...(enabled ? [change("enabled", { before: true, after: false })] : [])];
}

function settingChanges(desired: DhcpServer, actual: DhcpServerActual | undefined): readonly Change[] {
  const daemon = daemonOf(desired.server);
  const after = daemon.read(
    wantedFiles(desired).map(({ content }) => content),
    desired,
  );
  const before = actual?.config ?? {};
  const value = (settings: typeof after, property: string): string | null => (Object.hasOwn(settings, property) ? (settings[property] ?? null) : null);
  return inOrder([...new Set([...Object.keys(before), ...Object.keys(after)])])
    .filter((property) => value(before, property) !== value(after, property))
    .map((property) => change(property, { before: value(before, property), after: value(after, property), risk: loadingRisk(desired) }));
}

// What people look for comes first: a long line is cut.
const order = ["subnet", "pool", "reservation", "lease", "option", "boot", "ddns", "authoritative", "interfaces", "unreadable", "extra"];

function inOrder(properties: readonly string[]): readonly string[] {
  const placeOf = (property: string): number => [...order, property].findIndex((what) => property === what || property.startsWith(`${what}:`));
  return properties.toSorted((one, other) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1));
}

function accessChange({ server }: DhcpServer, actual: DhcpServerActual | undefined): readonly Change[] {
  const wanted = accessSaid(daemonOf(server).files[0]);
  return actual?.access === wanted ? [] : [change("access", { before: actual?.access || null, after: wanted })];
}

function stateChanges(desired: DhcpServer, actual: DhcpServerActual | undefined): readonly Change[] {
  const { serving = null, enabled = null, rival = null } = actual ?? {};
  const noted = serving === "deaf" ? { note: "it is active, and nobody listens on port 67" } : {};
  return [
    ...(rival === "off" ? [] : [change(`rival:${rivalOf(desired.server).unit}`, { before: rival, after: "off", risk: "restart" })]),
    ...(enabled === true ? [] : [change("enabled", { before: enabled, after: true })]),
    ...(serving === "yes" ? [] : [change("serving", { before: serving, after: "yes", risk: serving === "stopped" ? "none" : loadingRisk(desired), ...noted })]),
  ];
}

interface Loading {
  readonly actual: DhcpServerActual | undefined;
  readonly ahead: Ahead;
  readonly config: readonly Change[];
}

/** Named by itself where nothing else says that it loads: its files are right, and it runs with older ones. */
function loadedChange(desired: DhcpServer, { actual, ahead, config }: Loading): readonly Change[] {
  const isLoaded = actual?.loaded === true && !desired.watch.some(({ resource }) => ahead.changing.has(resource));
  if (actual !== undefined && (isLoaded || config.length > 0 || actual.serving !== "yes")) return [];
  return [change("loaded", { before: actual === undefined ? null : false, after: true, risk: loadingRisk(desired) })];
}

function loadingRisk({ server }: DhcpServer): Risk {
  return daemonOf(server).loads;
}
