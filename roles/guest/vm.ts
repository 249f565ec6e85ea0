// From a host's `vm:` to the guest that it should be: sizes as numbers, its node's cluster, its network.
import { gibibytesOf, type Host, type Input, type InventoryView, isProxmoxNode, mebibytesOf, proxmoxClusterOf, type proxmoxVm, subnetOf } from "hlx";
import { readyImage, recordOf } from "./image.ts";

type Vm = Parameters<typeof proxmoxVm>[0];
type Written = Readonly<Record<string, unknown>>;

interface Around {
  readonly inventory: InventoryView;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The guest. Throws an Error that says what is missing in the inventory. */
export function desiredVm(host: Host, { inventory, inputs }: Around): Vm {
  const vm = recordOf(host.vars["vm"]);
  if (vm === undefined) throw new Error(`${host.name} has no vm: in the inventory`);
  const node = needed(vm["node"], `vm.node of ${host.name}`);
  return defined({
    cluster: proxmoxClusterOf(node, inventory),
    id: Number(needed(vm["id"], `vm.id of ${host.name}`)),
    name: host.name,
    node,
    ...originOf(host, node, inventory),
    linked: vm["linked"],
    storage: needed(vm["storage"], `vm.storage of ${host.name}`),
    disk: gibibytesOf(needed(vm["disk"], `vm.disk of ${host.name}`)),
    cores: Number(vm["cores"] ?? 1),
    memory: mebibytesOf(String(vm["memory"] ?? "1G")),
    balloon: balloonOf(vm["balloon"]),
    snapshots: vm["snapshots"] === undefined ? undefined : { days: Number.parseInt(String(vm["snapshots"]), 10) },
    disks: disksOf(recordOf(vm["disks"])),
    ...Object.fromEntries(["efi", "ha"].map((name) => [name, vm[name] === true ? {} : vm[name]])),
    ...pick(vm, [
      "tpm",
      "boot",
      "startup",
      "sockets",
      "cpu",
      "machine",
      "bios",
      "agent",
      "tags",
      "pool",
      "description",
      "protection",
      "pci",
      "adopt",
      "search",
    ]),
    onboot: vm["start"] === undefined ? undefined : vm["start"] === "boot",
    running: vm["start"] === "manual" ? undefined : true,
    user: vm["user"] ?? host.login.user,
    keys: keysOf(host, inputs),
    ...networkOf(host, vm, inventory),
  }) as unknown as Vm;
}

/** Where the inventory says what the guest should be, by the names that it has there: `disk`, `disks.scsi1`. */
export function placesOf({ sources, vars }: Host, inventory: InventoryView): NonNullable<Vm["places"]> {
  const said = Object.entries(sources).filter(([path]) => path.startsWith("vm."));
  const image = inventory.at?.(["images", String(recordOf(vars["vm"])?.["image"])]);
  return { ...Object.fromEntries(said.map(([path, { at }]) => [path.slice("vm.".length), at])), ...(image === undefined ? {} : { image }) };
}

/** The snapshot that is to be there before anything is changed inside. */
export function snapshotOf(host: Host): string | undefined {
  const name = recordOf(host.vars["vm"])?.["snapshot"];
  return name === undefined ? undefined : String(name);
}

/** Does the inventory say on which node it is, and how that node's API is asked? Without that it only describes a guest that somebody else makes. */
export function isMade(host: Host, { hosts }: InventoryView): boolean {
  const node = hosts.get(String(recordOf(host.vars["vm"])?.["node"]));
  return node !== undefined && isProxmoxNode(node);
}

/** What the inventory says of the image that the guest is made from. */
export function imageOf(host: Host, { images }: InventoryView): Written {
  return images?.get(String(recordOf(host.vars["vm"])?.["image"])) ?? {};
}

/** The files of public keys that cloud-init is given, by name. */
export function keyInputs(host: Host): Readonly<Record<string, Input>> {
  return Object.fromEntries(keyFiles(host).map((path, index) => [`key${index}`, { input: "file", path }]));
}

function keyFiles(host: Host): readonly string[] {
  return [recordOf(host.vars["vm"])?.["keys"] ?? []].flat().map(String);
}

function keysOf(host: Host, inputs: Around["inputs"]): readonly string[] | undefined {
  const lines = keyFiles(host).flatMap((_, index) => (inputs[`key${index}`] ?? "").split(/\r?\n/));
  const keys = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  return keys.length === 0 ? undefined : keys;
}

// Where no clone of a template gets to the guest's node, the image that it was made from is imported there: which of the two it is, the cluster tells.
function originOf(host: Host, node: string, inventory: InventoryView): Partial<Vm> {
  const image = imageOf(host, inventory);
  const ready = readyImage(String(recordOf(host.vars["vm"])?.["image"]), node, inventory);
  const volume = image["volume"] ?? ready?.volume;
  const file = volume === undefined ? {} : { image: String(volume) };
  if (image["template"] === undefined && volume === undefined && image["url"] !== undefined) throw new Error(nobodyHas(host, node));
  if (image["template"] === undefined) return file;
  const at = image["node"] ?? ready?.node;
  const template = { template: Number(image["template"]) };
  if (at === node) return template;
  return { ...template, ...file, ...(at === undefined ? {} : defined({ templateNode: String(at), templateStorage: image["storage"] ?? ready?.disk })) };
}

function nobodyHas({ name, vars }: Host, node: string): string {
  const image = recordOf(vars["vm"])?.["image"];
  return `the image ${image} of ${name} is on no node: give ${node}, or another node of its cluster, the role proxmox-cluster, which has it downloaded`;
}

function networkOf(host: Host, vm: Written, inventory: InventoryView): Partial<Vm> {
  const entries = Object.entries(host.addresses);
  const [name = "", address] = entries.find(([, each]) => each === host.login.address) ?? entries[0] ?? [];
  const network = inventory.networks.get(name);
  if (network === undefined) return {};
  const resolvers = resolversOf(vm, { ...network, inventory });
  return defined({
    nics: nicsOf(host, vm, network.bridge),
    address: `${address}/${subnetOf(network.cidr)?.bits ?? 24}`,
    gateway: network.gateway,
    resolvers: resolvers.length === 0 ? undefined : resolvers,
    search: vm["search"] ?? network.domain,
  }) as Partial<Vm>;
}

function nicsOf({ mac }: Host, vm: Written, network: string | undefined): Vm["nics"] {
  const bridge = vm["bridge"] ?? network;
  return bridge === undefined || mac === undefined ? undefined : ([defined({ mac, bridge, vlan: vm["vlan"] })] as unknown as Vm["nics"]);
}

// A guest asks its network's resolvers, by their addresses, until the inventory says otherwise.
function resolversOf(vm: Written, { dns, inventory }: { readonly dns: readonly string[]; readonly inventory: InventoryView }): readonly string[] {
  const asked = vm["dns"] === undefined ? dns : [vm["dns"]].flat().map(String);
  return asked.map((each) => inventory.hosts.get(each)?.login.address ?? each);
}

function balloonOf(balloon: unknown): number | undefined {
  if (balloon === undefined || balloon === true) return undefined;
  return balloon === false ? 0 : mebibytesOf(String(balloon));
}

function disksOf(disks: Written | undefined): Vm["disks"] {
  if (disks === undefined) return undefined;
  const one = (disk: unknown): unknown => {
    const written = recordOf(disk);
    if (written !== undefined) return { ...written, size: gibibytesOf(String(written["size"])) };
    return disk === "detached" || disk === "destroyed" ? disk : { size: gibibytesOf(String(disk)) };
  };
  return Object.fromEntries(Object.entries(disks).map(([slot, disk]) => [slot, one(disk)])) as Vm["disks"];
}

function needed(value: unknown, what: string): string {
  if (value === undefined) throw new Error(`${what} is not in the inventory`);
  return String(value);
}

function pick(from: Written, names: readonly string[]): Written {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}

function defined(members: Written): Written {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
