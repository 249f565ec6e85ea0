// The containers of a node: their numbers and sizes from the params, their network from the inventory.
import { type Claim, type Device, type Host, type Network, proxmoxClusterOf, proxmoxContainer, type Resource, subnetOf } from "hlx";
import type { Around } from "./images.ts";
import type { Params } from "./params.ts";

/** Throws an Error that says what is missing. */
export function containersOf({ containers = {}, downloads = {}, files = "local" }: Params, { host, inventory }: Around): readonly Resource[] {
  const volumeOf = (template: string): string => {
    const download = downloads[template];
    return download === undefined ? template : `${download.storage ?? files}:vztmpl/${template}`;
  };
  return Object.entries(containers).map(([name, { template, mounts = {}, nesting, start = "boot", mac, memory = 512, ...container }]) =>
    proxmoxContainer({
      ...container,
      cluster: proxmoxClusterOf(host.name, inventory),
      name,
      node: host.name,
      memory,
      ostemplate: volumeOf(template),
      ...(nesting === undefined ? {} : { features: { nesting } }),
      ...(Object.keys(mounts).length === 0 ? {} : { mounts }),
      ...networkOf(name, mac, { host, inventory }),
      onboot: start === "boot",
      ...(start === "boot" ? { running: true } : {}),
    }),
  );
}

/** What they need of the node, for the check whether all of its guests fit. */
export function takenBy({ containers = {} }: Params, { name: of }: Host): readonly Claim[] {
  return Object.entries(containers).map(([guest, { cores = 0, memory = 512, start = "boot", storage, disk, mounts = {} }]) => {
    const volumes = [{ storage, size: disk }, ...Object.values(mounts).map((mount) => ({ storage, ...mount }))];
    const disks = Object.fromEntries(
      Map.groupBy(volumes, (one) => one.storage)
        .entries()
        .map(([name, all]) => [name, all.reduce((sum, { size }) => sum + size, 0)]),
    );
    return { claim: "takes", path: ["containers", guest], of, guest, cores, memory, disks, runs: start === "boot" };
  });
}

// A host or device of its name says where it is; without one it has no network.
function networkOf(name: string, mac: string | undefined, { inventory }: Around): Partial<Parameters<typeof proxmoxContainer>[0]> {
  const known: Host | Device | undefined = inventory.hosts.get(name) ?? inventory.devices.get(name);
  const [network = "", address] = Object.entries(known?.addresses ?? {})[0] ?? [];
  const place = inventory.networks.get(network);
  if (place?.bridge === undefined || address === undefined) return {};
  const card = mac ?? known?.mac;
  if (card === undefined) throw new Error(`container "${name}" needs a mac: without one Proxmox makes up a new one on every write`);
  return {
    nics: [{ mac: card, bridge: place.bridge, address: `${address}/${subnetOf(place.cidr)?.bits ?? 24}`, ...gatewayOf(place) }],
    ...namesOf(place, inventory),
  };
}

function gatewayOf({ gateway }: Network): { readonly gateway?: string } {
  return gateway === undefined ? {} : { gateway };
}

function namesOf({ dns, domain }: Network, { hosts }: Around["inventory"]) {
  const resolvers = dns.map((each) => hosts.get(each)?.login.address ?? each);
  return { ...(resolvers.length === 0 ? {} : { resolvers }), ...(domain === undefined ? {} : { search: domain }) };
}
