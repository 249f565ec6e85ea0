// Asks a Proxmox cluster for everything that its login sees, and makes an inventory of it. The token is a secret by name throughout.
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { crawlProxmox } from "../../connections/proxmox/crawl.ts";
import type { Imported } from "../../import/inventory.ts";
import { importedCluster, type WayIn } from "../../import/proxmox.ts";
import { why } from "../../lib/why.ts";
import type { ProxmoxCluster } from "../../model/ports/proxmox.ts";
import { ProblemError } from "../../model/problem.ts";
import type { GuestThere } from "../../model/proxmox-seen.ts";
import { guestSaid } from "../../resources/proxmox-vm/said.ts";
import { isName } from "../../secrets/names.ts";
import { askSecret, unlessInterrupted } from "../ask.ts";
import type { Context } from "../command.ts";
import { hide } from "./hide.ts";
import { makeEars } from "./session.ts";
import { openWorld } from "./world.ts";

/** Changes nothing there. Throws ProblemError: usage, missing (the token), and what the way in may say. */
export async function importProxmox(context: Context, sources: readonly string[]): Promise<Imported> {
  const way = await wayIn(context, sources);
  const { io } = context;
  const sourcesOfSecrets = way.secrets === undefined ? {} : { secrets: resolve(folderOf(context), way.secrets) };
  const { world, close } = await openWorld(context, { folder: folderOf(context), ...sourcesOfSecrets, emit: makeEars(io.monotonicMs).emit });
  try {
    const token = await tokenOf(context, () => world.secrets.resolve([way.token]).then((values) => values.get(way.token) ?? ""), way.token);
    const run = { connect: world.connect, secret: async () => token };
    const seen = await unlessInterrupted(crawlProxmox(clusterOf(way), run, { monotonicMs: io.monotonicMs }), io.stop);
    return importedCluster({ nodes: seen.nodes, guests: seen.guests.map(foundOf), way });
  } finally {
    await close();
  }
}

function foundOf(guest: GuestThere) {
  const { id, node, config } = guest;
  return { id, node, template: config["template"] === "1", said: guestSaid(guest), ...(config["name"] !== undefined && { name: config["name"] }) };
}

function clusterOf({ address, port, token, trust }: WayIn): ProxmoxCluster {
  const host = address.includes(":") ? `[${address}]` : address;
  return { server: `${host}:${port}`, token: { secret: token }, ...trust };
}

// Where the inventory will be: its secrets are named from there.
function folderOf({ given, io }: Context): string {
  return resolve(io.cwd, given.text("out") ?? ".");
}

async function wayIn(context: Context, sources: readonly string[]): Promise<WayIn> {
  const { given, io } = context;
  const [source = "", ...more] = sources;
  if (more.length > 0) throw usage(`hlx import proxmox takes one address, got ${sources.join(" ")}`, "any node answers for its whole cluster");
  const token = given.text("token") ?? "proxmox.token";
  if (!isName(token))
    throw usage("--token takes the name of a secret, such as proxmox.token", "the token itself is typed at the prompt, or comes from a secrets file");
  const secrets = given.text("secrets");
  return {
    ...addressOf(source),
    token,
    trust: await trustOf(context),
    ...(secrets !== undefined && { secrets: relative(folderOf(context), resolve(io.cwd, secrets)) }),
  };
}

function addressOf(source: string): Pick<WayIn, "address" | "port"> {
  const [, bracketed, plain, port = "8006"] = /^(?:https:\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?\/?$/.exec(source) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) throw usage(`"${source}" is no address of a Proxmox node`, "ADDRESS or ADDRESS:PORT, such as 192.168.1.105");
  return { address, port: Number(port) };
}

async function trustOf({ given, io }: Context): Promise<WayIn["trust"]> {
  const [fingerprint, file] = [given.text("fingerprint"), given.text("ca")];
  if (fingerprint !== undefined && /^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/.test(fingerprint)) return { fingerprint };
  if (fingerprint !== undefined) throw usage(`"${fingerprint}" is no SHA-256 fingerprint`, onTheNode);
  if (file === undefined) throw usage("nothing says how to recognise the node: --fingerprint AB:CD:… or --ca FILE", onTheNode);
  const ca = await readFile(resolve(io.cwd, file), "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "usage", message: `--ca ${file}: ${why(cause)}`, cause });
  });
  return { ca };
}

const onTheNode = "on the node: openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem (or pveproxy-ssl.pem)";

// From where the inventory will have it; else it is typed, where somebody can.
async function tokenOf(context: Context, look: () => Promise<string>, name: string): Promise<string> {
  try {
    return await look();
  } catch (thrown) {
    const missing = thrown instanceof ProblemError && thrown.problems[0]?.code === "missing";
    if (!missing || context.io.in.isTTY !== true) throw thrown;
    const typed = await askSecret(context.io, `the API token (USER@REALM!NAME=UUID; the inventory calls it ${name})`);
    if (typed === "") throw usage("no API token was typed", `type it as pveum user token add printed it, or put it where the secret ${name} is looked for`);
    hide(context, [typed]);
    return typed;
  }
}

function usage(message: string, hint: string): ProblemError {
  return new ProblemError({ code: "usage", message, hint });
}
