// Ansible's inventories as they are: sources in, the inventory out, with where each value came from.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeVault, type Vault, type VaultPassword } from "../../lib/ansible-vault.ts";
import type { Json } from "../../lib/json.ts";
import { byPlace } from "../../model/documents/order.ts";
import type { Host, Inventory } from "../../model/host.ts";
import { refuseAll } from "../../model/problem.ts";
import { selectHosts } from "../patterns.ts";
import { layersFor, sourcesOf, type VarsFiles, type VarsFolder, varsOf } from "./layers.ts";
import { loginOf } from "./login.ts";
import { type Order, orderOf } from "./order.ts";
import { folderOf, readSource, sourceOf } from "./sources.ts";
import { type Assigned, makeWorld, type World, warn } from "./world.ts";

export interface AnsibleOptions {
  /** The folder that relative paths are relative to. */
  readonly cwd: string;
  /** The folder whose group_vars and host_vars are the playbook's; by default `cwd`. */
  readonly playbookFolder?: string;
  readonly vaultPasswords?: readonly VaultPassword[];
  /** Extra variables (`-e`), the strongest layer. */
  readonly overrides?: ReadonlyMap<string, Json>;
  /** Reads the file of an `@file` pattern. */
  readonly readFile?: (path: string) => string;
}

/** Reads files, folders and lists of hosts as one inventory; a later one is stronger. Throws ProblemError with everything that is wrong, each with its place. */
export async function loadAnsible(paths: readonly string[], options: AnsibleOptions): Promise<Inventory> {
  const { cwd, readFile } = options;
  const sources = paths.map((path) => sourceOf(path, cwd));
  const world = makeWorld();
  const vault = makeVault(options.vaultPasswords ?? []);
  for (const source of sources) await readSource(world, source, vault);
  refuseAll(byPlace(world.problems));
  const order = orderOf(world);
  const folders = [...new Set(sources.flatMap((source) => folderOf(source) ?? []))];
  const inventory = folders.map((folder): VarsFolder => ({ folder, prefix: "" }));
  const playbook = [options.playbookFolder ?? cwd].filter((folder) => !folders.includes(folder)).map((folder): VarsFolder => ({ folder, prefix: "playbook " }));
  const files = await varsFilesIn([...inventory, ...playbook], world, vault);
  const layers = layersFor({ world, order, files, inventory, playbook, overrides: options.overrides ?? new Map() });
  const made = hostsOf(world, order, { layers, cwd });
  warnOfNames(world);
  refuseAll(byPlace(world.problems));
  const { groups, top } = order;
  return {
    format: 1,
    folder: folders[0] ?? cwd,
    hosts: made.hosts,
    groups,
    top,
    devices: new Map(),
    networks: new Map(),
    warnings: [...new Map(world.warnings.map((one) => [JSON.stringify(one), one])).values()],
    secretValues: made.secrets,
    select: (pattern) => selectHosts(pattern, { hosts: order.hosts, groups }, readFile === undefined ? {} : { readFile }),
  };
}

// The YAML parser takes longer to load than most inventories to read: only where there is something for it.
async function varsFilesIn(folders: readonly VarsFolder[], world: World, vault: Vault): Promise<VarsFiles> {
  const some = folders.some(({ folder }) => existsSync(join(folder, "group_vars")) || existsSync(join(folder, "host_vars")));
  return some ? (await import("./vars-files.ts")).makeVarsFiles(world, vault) : { given: () => [] };
}

interface Making {
  readonly layers: ReturnType<typeof layersFor>;
  readonly cwd: string;
}

function hostsOf(
  world: World,
  order: Order,
  { layers, cwd }: Making,
): { readonly hosts: ReadonlyMap<string, Host>; readonly secrets: ReadonlyMap<string, string> } {
  const secrets = new Map<string, string>();
  const hosts = order.hosts.flatMap((name): readonly (readonly [string, Host])[] => {
    const node = world.hosts.get(name);
    if (node === undefined) return [];
    const given = layers(node);
    const vars = varsOf(given);
    const at = (key: string) => given.findLast((one) => one.key === key)?.at;
    const { login, passwords } = loginOf({ host: name, vars, world, at, cwd });
    for (const [secret, value] of [...passwords, ...sealed(name, given)]) secrets.set(secret, value);
    return [[name, hostOf({ name, login, vars, given, order, ...(node.at && { at: node.at() }) })]];
  });
  return { hosts: new Map(hosts), secrets };
}

function hostOf({
  given,
  order,
  ...host
}: Pick<Host, "name" | "login" | "vars" | "at"> & { readonly given: readonly Assigned[]; readonly order: Order }): Host {
  const groups = order.groupsOf(host.name).map(({ name }) => name);
  return {
    ...host,
    groups: groups.filter((name) => name !== "ungrouped").toSorted(),
    addresses: {},
    // Made when somebody asks: ten thousand hosts have a million of them.
    get sources() {
      return sourcesOf(given);
    },
  };
}

function sealed(host: string, given: readonly Assigned[]): readonly (readonly [string, string])[] {
  return given
    .filter(({ secret }) => secret === true)
    .flatMap(({ key, value }) => textsIn(value).map((text, index) => [`inventory/${host}/${key}/${index}`, text] as const));
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function warnOfNames(world: World): void {
  for (const [name, host] of world.hosts) if (world.groups.has(name)) warn(world, host.at, `"${name}" is both a host and a group`);
}
