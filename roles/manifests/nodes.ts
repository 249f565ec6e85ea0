// Where pods may run: selectors against the hosts of the inventory, and claims whose data are on one node.
import { type Host, type Manifest, placeIn, pointerPart } from "hlx";
import type { Told } from "./checks.ts";
import { inWords, listOf, nameOf, type Part, partOf, podOf, recordOf, textOf } from "./parts.ts";

type Labels = ReadonlyMap<string, string>;

interface Pods {
  readonly manifest: Manifest;
  readonly pod: Part;
  readonly at: string;
}

/** Labels that a node gets from kubelet or from programs on it: nothing of the inventory tells them. */
const fromElsewhere =
  /(^|\.)(kubernetes\.io\/(arch|os|instance-type)|node\.kubernetes\.io|topology\.kubernetes\.io|nvidia\.com|feature\.node\.kubernetes\.io|node-role\.kubernetes\.io|microk8s\.io)/;

/** Storage classes that keep a volume on the node where its pod first ran: k3s, MicroK8s, OpenEBS, Rancher, kind. */
const onOneNode = /^(local-path|microk8s-hostpath|openebs-hostpath|hostpath|local-storage|standard-local)$/;

export function placement(manifests: readonly Manifest[], nodes: readonly Host[]): readonly Told[] {
  const pods = manifests.flatMap((manifest): readonly Pods[] => {
    const pod = podOf(manifest.object);
    return pod === undefined ? [] : [{ manifest, ...pod }];
  });
  return [...pods.flatMap((one) => unsatisfied(one, nodes)), ...tied(manifests, pods)];
}

function unsatisfied({ manifest, pod, at }: Pods, nodes: readonly Host[]): readonly Told[] {
  const asked = [
    ...Object.entries(partOf(pod, "nodeSelector")).map(([key, value]) => ({ key, values: [textOf(value)], at: `${at}/nodeSelector/${pointerPart(key)}` })),
    ...required(pod, at),
  ];
  const told = asked.filter(({ key }) => key === hostname || !fromElsewhere.test(key));
  return told
    .filter(({ key, values }) => !nodes.some((host) => values.includes(labelsOf(host).get(key) ?? "\0")))
    .map(({ key, values, at: where }) => ({
      level: "warning",
      message: `no host of the inventory is a node for ${inWords(manifest.object)}, which asks for ${key}=${values.join(" or ")}`,
      at: placeIn(manifest, where),
      hint:
        key === hostname
          ? `hosts: ${nodes
              .slice(0, 10)
              .map(({ name }) => name)
              .join(", ")}`
          : "if a host has the label, write it down there: vars: { labels: { … } }; else its pods stay Pending",
    }));
}

const hostname = "kubernetes.io/hostname";

// Of several terms one is enough; only one alone can be judged here.
function required(pod: Part, at: string): readonly { readonly key: string; readonly values: readonly string[]; readonly at: string }[] {
  const affinity = partOf(partOf(pod, "affinity"), "nodeAffinity");
  const terms = listOf(partOf(affinity, "requiredDuringSchedulingIgnoredDuringExecution")["nodeSelectorTerms"]);
  if (terms.length !== 1) return [];
  const start = `${at}/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions`;
  return listOf(recordOf(terms[0])["matchExpressions"]).flatMap((one, index) => {
    const { key, operator, values } = recordOf(one);
    return operator === "In" ? [{ key: textOf(key), values: listOf(values).map(textOf), at: `${start}/${index}` }] : [];
  });
}

/** What the inventory says of a node: its name, and `labels:` as a map, a list of KEY=VALUE, or a text of them with commas. */
function labelsOf({ name, vars }: Host): Labels {
  const given = [vars["labels"], vars["node_labels"], vars["k8s_labels"]].flatMap(pairsOf);
  return new Map([[hostname, name], ...given]);
}

function pairsOf(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value === "string") return pairsOf(value.split(","));
  if (!Array.isArray(value)) return Object.entries(recordOf(value)).map(([key, one]) => [key, String(one)]);
  return value.map((one) => {
    const [key = "", ...rest] = textOf(one).trim().split("=");
    return [key, rest.join("=")];
  });
}

function tied(manifests: readonly Manifest[], pods: readonly Pods[]): readonly Told[] {
  const claims = manifests.filter(({ object }) => object["kind"] === "PersistentVolumeClaim" && onOneNode.test(classOf(object)));
  return claims.map((manifest) => {
    const { namespace, name } = nameOf(manifest.object);
    const users = pods
      .filter((one) => nameOf(one.manifest.object).namespace === namespace && claimsOf(one.pod).includes(name))
      .map((one) => inWords(one.manifest.object));
    const whose = users.length === 0 ? "its pods" : users.join(" and ");
    return {
      level: "warning",
      message: `the data of ${inWords(manifest.object)} are on one node (class ${classOf(manifest.object)}): ${whose} can run on no other, and they go with that node`,
      at: placeIn(manifest, "/spec/storageClassName"),
      hint: "back it up, or take a class that is reached from every node (NFS, Ceph, Longhorn)",
    };
  });
}

function classOf(object: Part): string {
  return textOf(recordOf(object["spec"])["storageClassName"]);
}

function claimsOf(pod: Part): readonly string[] {
  return listOf(pod["volumes"]).map((volume) => textOf(partOf(recordOf(volume), "persistentVolumeClaim")["claimName"]));
}
