// Disposable twins of an inventory's hosts: containers that only the engine reaches.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../lib/hash.ts";
import { semaphore } from "../lib/semaphore.ts";
import type { Host, Inventory } from "../model/host.ts";
import { ProblemError } from "../model/problem.ts";
import { admit } from "./admit.ts";
import { type Engine, engineRun, engineTry } from "./engine.ts";
import { ensureNetwork, fenceOff, realRanges } from "./fence.ts";
import { type HostSpec, knownHostsOf, listHosts, removeHosts, startHost, waitForHost } from "./hosts.ts";
import { newKeyPair } from "./key-pair.ts";

/** One set of twins, as it is written down under `.hlx/lab`. */
export interface Twin {
  /** In the containers' names: letters, digits, dashes. */
  readonly name: string;
  /** What the marker /etc/hlx-twin of each container holds. */
  readonly id: string;
}

export interface TwinOptions {
  readonly engine: Engine;
  /** The hosts' image: see ensureImage. */
  readonly image: string;
  readonly inventory: Inventory;
  readonly name: string;
  /** Makes the twin's id unlike any other: some random text. */
  readonly nonce: string;
  /** CIDRs of this machine's own networks: the twins' network avoids them. */
  readonly ownRanges: readonly string[];
  /** Addresses of this machine's name servers: the only ones of the real lab that twins may ask. */
  readonly resolvers: readonly string[];
  /** Hosts that a double of their Proxmox node's API boots when it is asked to. */
  readonly guests: ReadonlySet<string>;
  say(line: string): void;
}

export interface TwinStatus extends Twin {
  readonly hosts: readonly { readonly host: string; readonly container: string; readonly running: boolean }[];
}

const atOnce = 4;

/** Boots what is missing and keeps what is there, guests aside; the inventory with each login leading to its twin. Throws ProblemError. */
export async function upTwin(options: TwinOptions): Promise<Inventory> {
  const { engine, inventory, guests, say } = options;
  const folder = twinFolder(inventory);
  const twin = readTwin(inventory) ?? writeTwin(folder, { name: options.name, id: `${options.name}-${sha256(options.nonce).slice(0, 12)}` });
  const publicKey = ensureKey(join(folder, "key"));
  const ranges = realRanges(inventory);
  await removeHosts(engine, await strangers(engine, twin, inventory));
  await ensureNetwork(engine, networkOf(twin), { real: ranges, own: options.ownRanges });
  const slots = semaphore(atOnce);
  const work: Work = { ...options, twin, publicKey, ranges };
  const own = [...inventory.hosts.values()].filter(({ name }) => !guests.has(name));
  const booted = await Promise.allSettled(own.map((host) => slots.with(() => upHost(host, work))));
  refuseFailed(booted);
  await writeKnownHosts(
    engine,
    join(folder, "known_hosts"),
    (await listHosts(engine, [`hlx.lab.id=${twin.id}`])).filter(({ running }) => running).map(({ name }) => name),
  );
  for (const host of own) if (host.vars["vm"] !== undefined) say(`${host.name}: its \`vm:\` is ignored, the twin is a container`);
  return twinInventory(inventory, twin);
}

/** A guest's twin, as its double boots it. */
export function guestTwin(options: TwinOptions, twin: Twin): { specOf(host: Host): HostSpec; prepare(container: string, name: string): Promise<void> } {
  const { engine, inventory, resolvers } = options;
  const ranges = realRanges(inventory);
  return {
    specOf: (host) => specOf(host, containerOf(twin, host.name), { ...options, twin }),
    prepare: async (container, name) => {
      await dress(container, { engine, twin, ranges, resolvers });
      appendFileSync(join(twinFolder(inventory), "known_hosts"), await knownHostsOf(engine, container, name));
    },
  };
}

/** Removes the twins, their network, key and marker. How many containers there were. */
export async function downTwin({ engine, inventory, name }: Pick<TwinOptions, "engine" | "inventory" | "name">): Promise<number> {
  const twin = readTwin(inventory);
  const labels = twin === undefined ? [`hlx.lab.twin=${name}`] : [`hlx.lab.id=${twin.id}`];
  const containers = (await listHosts(engine, labels)).map((host) => host.name);
  await removeHosts(engine, containers);
  await engineTry(engine, ["network", "rm", networkOf(twin ?? { name, id: "" })]);
  rmSync(twinFolder(inventory), { recursive: true, force: true });
  return containers.length;
}

/** Which twins there are; undefined when none were started. */
export async function twinStatus({ engine, inventory }: Pick<TwinOptions, "engine" | "inventory">): Promise<TwinStatus | undefined> {
  const twin = readTwin(inventory);
  if (twin === undefined) return undefined;
  const listed = new Map((await listHosts(engine, [`hlx.lab.id=${twin.id}`])).map((host) => [host.name, host.running]));
  const hosts = [...inventory.hosts.keys()].map((host) => ({ host, container: containerOf(twin, host) }));
  return { ...twin, hosts: hosts.map((one) => ({ ...one, running: listed.get(one.container) ?? false })) };
}

/** The twins written down for an inventory; undefined when there are none. */
export function readTwin(inventory: Inventory): Twin | undefined {
  const file = join(twinFolder(inventory), "twin.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Twin) : undefined;
}

/** The same inventory with every host's login replaced by its twin's. */
export function twinInventory(inventory: Inventory, twin: Twin): Inventory {
  const keyFile = join(twinFolder(inventory), "key");
  const hosts = [...inventory.hosts].map(([name, host]): readonly [string, Host] => {
    const { become } = host.login;
    return [name, { ...host, login: { connection: "ssh", address: containerOf(twin, name), user: userOf(host), keyFile, become, twin: twin.id } }];
  });
  return { ...inventory, hosts: new Map(hosts) };
}

/** The public key that the twins let in, as a path beneath the inventory's folder. */
export const twinKey = ".hlx/lab/key.pub";

/** The known_hosts file of an inventory's twins. */
export function twinKnownHosts(inventory: Inventory): string {
  return join(twinFolder(inventory), "known_hosts");
}

/** A twin's container: `hlx-NAME-HOST`; a host name that no container can have gets a hash. */
export function containerOf({ name }: Pick<Twin, "name">, host: string): string {
  const plain = host.replaceAll(/[^A-Za-z0-9_.-]/g, "-");
  return `hlx-${name}-${plain === host ? host : `${plain}-${sha256(host).slice(0, 8)}`}`;
}

interface Work extends TwinOptions {
  readonly twin: Twin;
  readonly publicKey: string;
  readonly ranges: readonly string[];
}

async function upHost(host: Host, work: Work): Promise<void> {
  const { engine, twin, publicKey } = work;
  const container = containerOf(twin, host.name);
  const listed = (await listHosts(engine, [`hlx.lab.id=${twin.id}`])).find((one) => one.name === container);
  if (listed === undefined) {
    work.say(`booting ${container}`);
    await startHost(engine, specOf(host, container, work));
  } else if (!listed.running) {
    await engineRun(engine, ["start", container]);
    await waitForHost(engine, container);
  }
  await dress(container, work);
  await admit(engine, container, { user: userOf(host), publicKey });
}

// No way to the real hosts, and the marker that says whose twin it is.
async function dress(container: string, { engine, twin, ranges, resolvers }: Pick<Work, "engine" | "twin" | "ranges" | "resolvers">): Promise<void> {
  await fenceOff(engine, container, { ranges, resolvers });
  await engineRun(engine, ["exec", container, "sh", "-c", 'printf "%s\\n" "$1" > /etc/hlx-twin', "sh", twin.id]);
}

function specOf(host: Host, container: string, { image, twin }: Pick<Work, "image" | "twin">): HostSpec {
  const labels = { "hlx.lab.twin": twin.name, "hlx.lab.id": twin.id, "hlx.lab.host": host.name };
  const hostname = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/.test(host.name) ? { hostname: host.name } : {};
  return { name: container, image, labels, network: networkOf(twin), containers: true, ...hostname };
}

/** Twins of hosts that are no longer in the inventory. */
async function strangers(engine: Engine, twin: Twin, { hosts }: Inventory): Promise<readonly string[]> {
  const wanted = new Set([...hosts.keys()].map((host) => containerOf(twin, host)));
  return (await listHosts(engine, [`hlx.lab.id=${twin.id}`])).map((host) => host.name).filter((name) => !wanted.has(name));
}

function refuseFailed(booted: readonly PromiseSettledResult<void>[]): void {
  const failed = booted.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function writeKnownHosts(engine: Engine, file: string, containers: readonly string[]): Promise<void> {
  const lines = await Promise.all(containers.map((container) => knownHostsOf(engine, container, container)));
  writeFileSync(file, lines.join(""), { mode: 0o600 });
}

function ensureKey(file: string): string {
  if (!existsSync(file) || !existsSync(`${file}.pub`)) {
    const { private: secret, public: open } = newKeyPair();
    writeFileSync(file, secret, { mode: 0o600 });
    writeFileSync(`${file}.pub`, open);
  }
  return readFileSync(`${file}.pub`, "utf8").trim();
}

function writeTwin(folder: string, twin: Twin): Twin {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(twin.name)) throw badName(twin.name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "twin.json"), `${JSON.stringify(twin)}\n`);
  return twin;
}

function badName(name: string): ProblemError {
  return new ProblemError({ code: "usage", message: `"${name}" cannot name twins`, hint: "small letters, digits and dashes, at most 41" });
}

function userOf({ login }: Host): string {
  return login.user ?? "root";
}

function networkOf({ name }: Twin): string {
  return `hlx-${name}`;
}

/** Where what belongs to an inventory's twins is kept. */
export function twinFolder({ folder }: Inventory): string {
  return join(folder, ".hlx", "lab");
}
