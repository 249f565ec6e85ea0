// Manifests of Kubernetes, applied in stages: definitions, namespaces, the rest, webhooks last.
import { defineRole, k8sObject, type Manifest, manifestsIn } from "hlx";
import { claimsOf } from "./checks.ts";
import { objectsOf } from "./objects.ts";
import { type Params, params } from "./params.ts";
import { partOf, recordOf } from "./parts.ts";

export default defineRole({
  name: "manifests",
  summary:
    "Manifests of Kubernetes from files, folders and kustomizations: planned by the API server itself, applied in stages, pruned when they are taken out.",
  params,
  inputs: ({ params: { paths } }) => Object.fromEntries(paths.map((path) => [path, { input: "manifests", path }])),
  claims: ({ params, inputs, inventory }) => claimsOf(params, { inputs, inventory }),
  declare({ params, inputs }) {
    return objectsOf(manifestsOf(params, inputs), params).map(({ object, secrets }) => {
      const named = Object.fromEntries(Object.entries(secrets).map(([at, secret]) => [at, [{ secret }]]));
      return k8sObject({ cluster: clusterOf(params), object, secrets: named, timeout: params.timeout, ...ownWords(object, params) });
    });
  },
});

// What an object says of itself counts more: the ingress that no controller gives an address, the Deployment that something scales.
function ownWords(object: Manifest["object"], { wait, conflicts }: Params): Pick<Params, "wait" | "conflicts"> {
  const annotations = partOf(recordOf(object["metadata"]), "annotations");
  const policy = (["fail", "take", "yield"] as const).find((word) => word === annotations["hlx.io/conflicts"]);
  return { wait: annotations["hlx.io/wait"] === "false" ? false : wait, conflicts: policy ?? conflicts };
}

// Errors are told by the claims; whoever comes here without them is stopped all the same.
function manifestsOf({ paths }: Params, inputs: Readonly<Record<string, string>>): readonly Manifest[] {
  const all = paths.map((path) => manifestsIn(inputs[path]));
  const [error] = all.flatMap(({ findings }) => findings).filter(({ level }) => level === "error");
  if (error !== undefined) throw new Error(`${error.message}${error.at === undefined ? "" : ` (${error.at.file}:${error.at.line}:${error.at.column})`}`);
  return all.flatMap(({ manifests }) => manifests);
}

function clusterOf({ kubeconfig, through, context }: Params) {
  return { kubeconfig, through, ...(context === undefined ? {} : { context }) };
}
