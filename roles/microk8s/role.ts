// A MicroK8s cluster, formed from the inventory: the first control plane, then the others one at a time, then workers.
import { type Claim, command, defineRole, directory, file, microk8sNode, microk8sRefresh, packages, type Resource, snap } from "hlx";
import { certificate, kubeconfigs, mirrors, users } from "./access.ts";
import { addons } from "./addons.ts";
import { addressOf, type Cluster, clusterOf, rangeWith } from "./cluster.ts";
import { looksOf } from "./found.ts";
import { type Microk8sParams, params } from "./params.ts";

export default defineRole({
  name: "microk8s",
  summary: "A MicroK8s cluster from the inventory: joins one at a time, high availability, addons, labels, upgrades node by node, leaving by name.",
  params,
  requires({ params, host, inventory }) {
    const { control } = clusterOf(params, inventory);
    const index = control.findIndex((one) => one.host === host.name);
    const before = index < 0 ? control.at(-1) : control[index - 1];
    return before === undefined ? [] : [{ role: "microk8s", hosts: before.host }];
  },
  claims: ({ params, inventory }) => [...vipClaims(clusterOf(params, inventory), inventory), ...ports],
  looks: ({ params, inventory }) => looksOf(params, inventory),
  holds: ({ params, inventory, seen }) => heldBy(clusterOf(params, inventory, seen)),
  notes: ({ params, host, inventory, seen }) => remarks(params, { cluster: clusterOf(params, inventory, seen), host: host.name }),
  declare({ params, host, inventory, facts, seen }) {
    const cluster = clusterOf(params, inventory, seen);
    const node: Node = { cluster, host: host.name, name: facts.hostname.toLowerCase(), address: addressOf(host, cluster.network), params };
    if (params.leave.includes(host.name)) return [member(node)];
    return [...installed(node), ...mirrors(params), ...users(params), ...(isControl(node) ? ofControl(node, inventory) : [])];
  },
});

interface Node {
  readonly cluster: Cluster;
  readonly host: string;
  readonly name: string;
  readonly address: string;
  readonly params: Microk8sParams;
}

function isControl({ cluster, host }: Node): boolean {
  return cluster.control.some((one) => one.host === host);
}

function isFirst({ cluster, host }: Node): boolean {
  return cluster.first.host === host;
}

// The first one is installed alone; every other one is installed as a member, by its launch configuration.
function installed(node: Node): readonly Resource[] {
  const { cluster, params, name } = node;
  const [version = ""] = params.channel.split("/");
  const around = microk8sRefresh(name, { version: `v${version.replace("-strict", "")}`, ...(isControl(node) ? {} : { host: cluster.first.host }) });
  const alone = cluster.control.length === 1 && isFirst(node);
  const careful = alone ? { after: around.after } : around;
  const exclusive = `microk8s ${cluster.first.host}`;
  const held = snap({ name: "microk8s", channel: params.channel, classic: true, hold: params.hold, careful: true, ...careful, exclusive });
  const snapd = packages(["snapd"], { provides: ["program:snapd"] });
  const configured = cluster.lead === node.host ? launch(cluster) : [];
  return isFirst(node) ? [snapd, ...configured, held, member(node)] : [snapd, member(node), held, ...configured];
}

function launch({ names }: Cluster): readonly Resource[] {
  if (names.length === 0) return [];
  const content = `version: 0.2.0\nextraSANs:\n${names.map((name) => `  - ${JSON.stringify(name)}\n`).join("")}`;
  const common = "/var/snap/microk8s/common";
  return [directory({ path: common }), file({ path: `${common}/.microk8s.yaml`, content })];
}

function member(node: Node): Resource {
  const { cluster, params, host, name, address } = node;
  const own = params.nodes[host];
  const leaves = params.leave.includes(host);
  return microk8sNode({
    node: name,
    role: isControl(node) || cluster.leaving.includes(host) ? "control" : "worker",
    address,
    ...(isFirst(node) ? {} : { seed: cluster.first }),
    control: cluster.control.map((one) => one.address),
    channel: params.channel,
    names: cluster.names,
    labels: { ...params.labels, ...own?.labels },
    taints: [...new Set([...params.taints, ...(own?.taints ?? [])])],
    ...(leaves ? { absent: true } : {}),
    ...(params.force ? { force: true } : {}),
    exclusive: `microk8s ${cluster.first.host}`,
  });
}

function ofControl(node: Node, inventory: Parameters<typeof addons>[1]): readonly Resource[] {
  const { cluster, params, address } = node;
  const last = cluster.control.at(-1)?.host === node.host && cluster.control.length >= 3;
  return [
    ...certificate(cluster),
    ...kubeconfigs(params, cluster, address),
    ...(cluster.lead === node.host ? addons(params, inventory) : []),
    ...(isFirst(node) ? params.removed.map(forgotten) : []),
    ...(last ? [voters()] : []),
  ];
}

// dqlite says who votes (0); `high-availability: enabled` is true on a single node, too.
function voters(): Resource {
  const counted = '[ "$(grep -c "^ *Role: 0 *$" /var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml)" -ge 3 ]';
  const wait = `left=300; until ${counted}; do left=$((left - 1)); [ $left -gt 0 ] || { echo "fewer than three nodes vote"; exit 1; }; sleep 1; done`;
  return command({ name: "three nodes hold the cluster's data", script: wait, unless: counted, deadlineMs: 400_000 });
}

function forgotten(name: string): Resource {
  const gone = '/snap/bin/microk8s kubectl get node "$1" -o name 2>&1 | grep -q "not found"';
  return command({ name: `forget the node ${name}`, script: '/snap/bin/microk8s remove-node "$1" --force', unless: gone, args: [name], deadlineMs: 300_000 });
}

function remarks({ first: chosen }: Microk8sParams, { cluster, host }: { readonly cluster: Cluster; readonly host: string }): readonly string[] {
  const { first, lead, control } = cluster;
  if (host !== first.host) return [];
  const even = control.length === 2 ? ["two control planes are no more available than one: three hold the cluster's data when one is gone"] : [];
  const found =
    first.host === lead
      ? []
      : [`${first.host} is the first control plane, not ${lead}: it is in a cluster with others already, and ${lead} is in none, or does not answer`];
  return [...(chosen === undefined ? even : []), ...found];
}

// Where somebody may be in a cluster that nobody else knows of, whoever begins would begin a second one beside it.
function heldBy({ unsure, lead }: Cluster): { readonly because: string; readonly hint: string } | undefined {
  if (unsure.length === 0) return undefined;
  const names = unsure.map(({ host }) => host).join(", ");
  return {
    because: `${names} could not be asked, and may be in a cluster with others: a second one is not begun (${unsure.map((one) => one.because).join("; ")})`,
    hint: `let them answer, or name the one that the others join, for instance first: ${lead}`,
  };
}

const ports: readonly Claim[] = [16443, 25000, 10250, 19001].map((port) => ({ claim: "port", port, protocol: "tcp", by: "MicroK8s", path: [] }));

function vipClaims({ vip, network }: Cluster, inventory: Parameters<typeof addons>[1]): readonly Claim[] {
  const range = vip === undefined ? undefined : rangeWith(vip, { network, inventory });
  if (range === undefined) return [];
  const message = `the API's address ${vip} is inside the range "${range}" of network "${network}": somebody else may get it`;
  return [{ claim: "finding", level: "error", path: ["vip"], message, hint: "give it an address outside of every range" }];
}
