// The world of an inventory's twins: their logins, the doubles of their Proxmox clusters, their own state.
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { basename } from "node:path";
import { clustersOf, hostOf, type RunningCluster, startClusters, withClusters } from "../../lab/clusters.ts";
import { type Engine, engineRun, ensureEngine } from "../../lab/engine.ts";
import { bootGuests } from "../../lab/guests.ts";
import { ensureImage } from "../../lab/image.ts";
import { certificateFrom, opensslArgs } from "../../lab/proxmox/config.ts";
import { containerOf, guestTwin, readTwin, type Twin, type TwinOptions, twinFolder, twinInventory, twinKey, twinKnownHosts, upTwin } from "../../lab/twins.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Inventory } from "../../model/host.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";
import { counted } from "../views/layout.ts";
import type { Project } from "./project.ts";
import type { Around } from "./session.ts";
import { workOf } from "./work.ts";

/** Boots the twins of all hosts that no double of Proxmox boots. */
export async function boot(inventory: Inventory, context: Context): Promise<void> {
  const options = await optionsFor(inventory, context);
  await upTwin(options);
  if (options.guests.size > 0)
    options.say(`${counted(options.guests.size, "guest")} of Proxmox nodes: made and started by the plan, through a double of the nodes' API`);
}

/** Does something with the twins that are up, their clusters' doubles running meanwhile. Throws ProblemError (usage) where there are none. */
export async function withTwins<Result>(project: Project, context: Context, use: (twin: Project, around: Around) => Promise<Result>): Promise<Result> {
  const { inventory } = project;
  const twin = readTwin(inventory);
  if (twin === undefined) throw new ProblemError({ code: "usage", message: "there are no twins of this inventory", hint: "hlx lab up starts them" });
  const { command, env } = await engineFor(context);
  const around = { knownHosts: [twinKnownHosts(inventory)], containers: { command, env }, state: "lab/state" };
  if (clustersOf(inventory).length === 0) return use({ ...project, inventory: twinInventory(inventory, twin) }, around);
  const options = await optionsFor(inventory, context);
  const clusters = await clustersFor(project, context, { twin, engine: options.engine });
  const guests = clusters.map((cluster) => bootGuests(cluster.double, { ...options, ...guestsOf(cluster, { twin, options }) }));
  try {
    await Promise.all(guests.map((each) => each.catchUp()));
    return await use({ ...project, inventory: withClusters(twinInventory(inventory, twin), clusters, twinKey) }, around);
  } finally {
    await Promise.all(guests.map((each) => each.settled()));
    for (const { double } of clusters) double.stop();
  }
}

interface Meant {
  readonly twin: Twin;
  readonly options: TwinOptions;
}

function guestsOf(cluster: RunningCluster, { twin, options }: Meant): Pick<Parameters<typeof bootGuests>[1], "specOf" | "prepare"> {
  const { specOf, prepare } = guestTwin(options, twin);
  return {
    prepare,
    specOf: (id) => {
      const host = hostOf(id, cluster);
      return host === undefined ? undefined : specOf(host);
    },
  };
}

// Where the playbook works on nodes through their API it makes what guests need; elsewhere that was there before.
async function clustersFor(
  project: Project,
  context: Context,
  { twin, engine }: { readonly twin: Twin; readonly engine: Engine },
): Promise<readonly RunningCluster[]> {
  const { inventory } = project;
  const [first] = clustersOf(inventory).flatMap(({ nodes }) => nodes);
  if (first === undefined) return [];
  const { assignments } = await workOf(project, context);
  const bare = new Set(assignments.flatMap(({ beyond, host }) => (beyond === true ? [host] : [])));
  // The image has openssl; this machine need not.
  const certify = async () => certificateFrom(await engineRun(engine, ["exec", containerOf(twin, first.name), "openssl", ...opensslArgs]));
  return startClusters({ inventory, folder: twinFolder(inventory), bare, certify });
}

async function optionsFor(inventory: Inventory, context: Context): Promise<TwinOptions> {
  const { io } = context;
  const [engine, say] = [await engineFor(context), sayer(context)];
  const image = await ensureImage({ engine, env: io.env, uid: io.ids?.uid ?? -1, install: context.given.flag("install"), now: io.now(), say });
  const ownRanges = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).flatMap(({ cidr }) => cidr ?? []));
  const guests = new Set(clustersOf(inventory).flatMap((cluster) => cluster.guests.map(({ name }) => name)));
  return { engine, image, inventory, guests, name: nameOf(inventory), nonce: io.randomHex(8), ownRanges, resolvers: resolvers(), say };
}

export function engineFor(context: Context): Promise<Engine> {
  return ensureEngine({ env: context.io.env, uid: context.io.ids?.uid ?? -1, install: context.given.flag("install"), say: sayer(context) });
}

function sayer({ printer }: Context): (line: string) => void {
  return (line) => printer.err([visible(line)]);
}

/** Two clones of one project are two labs. */
export function nameOf({ folder }: Inventory): string {
  const word = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 30);
  return `${word === "" ? "lab" : word}-${sha256(folder).slice(0, 6)}`;
}

function resolvers(): readonly string[] {
  try {
    return [...readFileSync("/etc/resolv.conf", "utf8").matchAll(/^nameserver\s+(\S+)/gm)].flatMap(([, address]) => address ?? []);
  } catch {
    return [];
  }
}
