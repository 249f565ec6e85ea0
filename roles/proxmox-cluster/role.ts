// A Proxmox cluster, through the API of one of its nodes: what guests are made from and what they share.
import {
  defineRole,
  proxmoxCephHealth,
  proxmoxCephPool,
  proxmoxClusterOf,
  proxmoxDevicesOf,
  proxmoxMapping,
  proxmoxNodesOf,
  proxmoxPool,
  proxmoxStorageContent,
  type Resource,
} from "hlx";
import { containersOf, takenBy } from "./containers.ts";
import { type Around, imagesOf } from "./images.ts";
import { type Params, params } from "./params.ts";

export default defineRole({
  name: "proxmox-cluster",
  summary: "A Proxmox cluster through one of its nodes: the inventory's images and templates, files, pools, mappings of PCI devices, containers, Ceph.",
  params,
  beyond: true,
  claims({ params, host, inventory }) {
    // What is missing is told before anything connects.
    resourcesOf(params, { host, inventory });
    return takenBy(params, host);
  },
  declare: ({ params, host, inventory }) => resourcesOf(params, { host, inventory }),
});

function resourcesOf(params: Params, around: Around): readonly Resource[] {
  return [
    ...cephOf(params, around),
    ...(params.mappings === false ? [] : mappingsOf(around)),
    ...poolsOf(params, around),
    ...filesOf(params, around),
    ...imagesOf(params, around),
    ...containersOf(params, around),
  ];
}

// Pools are made only while Ceph is well enough.
function cephOf({ ceph }: Params, { host, inventory }: Around): readonly Resource[] {
  if (ceph === undefined) return [];
  const { atWorst = "HEALTH_WARN", pools = {} } = ceph;
  const at = { cluster: proxmoxClusterOf(host.name, inventory), node: host.name };
  return [proxmoxCephHealth({ ...at, atWorst }), ...Object.entries(pools).map(([name, pool]) => proxmoxCephPool({ ...at, name, ...pool }))];
}

// One name for a device on each node that has one: a guest may run on any of them.
function mappingsOf({ host, inventory }: Around): readonly Resource[] {
  const devices = proxmoxNodesOf(host.name, inventory).flatMap((node) => [...proxmoxDevicesOf(node)].map(([name, path]) => ({ name, node: node.name, path })));
  const names = [...new Set(devices.map(({ name }) => name))];
  const cluster = proxmoxClusterOf(host.name, inventory);
  return names.map((name) =>
    proxmoxMapping({ cluster, name, devices: devices.filter((device) => device.name === name).map(({ node, path }) => ({ node, path })) }),
  );
}

function poolsOf({ pools = {} }: Params, { host, inventory }: Around): readonly Resource[] {
  const cluster = proxmoxClusterOf(host.name, inventory);
  return Object.entries(pools).map(([name, pool]) => proxmoxPool({ cluster, name, ...pool }));
}

function filesOf({ downloads = {}, files = "local" }: Params, { host, inventory }: Around): readonly Resource[] {
  const at = { cluster: proxmoxClusterOf(host.name, inventory), node: host.name };
  return Object.entries(downloads).map(([filename, { storage = files, sha256, sha512, ...download }]) =>
    proxmoxStorageContent({
      ...at,
      filename,
      storage,
      ...download,
      ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }),
      ...(sha512 === undefined ? {} : { sha512: sha512.toLowerCase() }),
    }),
  );
}
