// An object of Kubernetes, by server-side apply.
import { isRecord, same } from "../lib/json.ts";
import type { Found, Irreversible, Kind } from "../model/kind.ts";
import type { KubernetesCluster, ObjectFill } from "../model/ports/kubernetes.ts";
import { ProblemError } from "../model/problem.ts";
import type { Capability, Resource, ResourceOptions } from "../model/resource.ts";
import { groupOf, inWords, type K8sObject, mark, nameOf, objectOf, schema } from "./k8s-object/desired.ts";
import { diff } from "./k8s-object/diff.ts";
import { without, withValue } from "./k8s-object/pointer.ts";
import { apiCapability, type K8sActual, kindCapability, namespaceCapability, probe } from "./k8s-object/probe.ts";
import { steps } from "./k8s-object/steps.ts";
import { desiredFields, isHidden, isSecret } from "./k8s-object/values.ts";
import { given, resourceOf } from "./make.ts";

export const k8sObjectKind: Kind<K8sObject, K8sActual, "kubernetes"> = {
  kind: "k8s.object",
  summary: "An object of Kubernetes by server-side apply: the API server itself says what would change, and whose fields it would take.",
  schema,
  via: ["kubernetes"],
  wayIn: "cluster",
  mayHoldSecrets: isSecret,
  identity,
  beyond: identity,
  probe,
  diff,
  steps,
  absent: ({ cluster, apiVersion, kind, namespace, name }) => given({ cluster, apiVersion, kind, namespace, name, absent: true as const }) as K8sObject,
  restore,
};

// Without the version: it may change. Without the cluster: the way in may change, and the object is the same.
function identity({ apiVersion, kind, namespace, name }: K8sObject): string {
  const full = [groupOf({ apiVersion }), kind].filter((part) => part !== "").join("/");
  return `${full} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

export interface K8sObjectOptions extends ResourceOptions {
  readonly cluster: KubernetesCluster;
  /** The manifest: apiVersion, kind, metadata, and the rest. Nothing in it is taken for a reference to a secret. */
  readonly object: Readonly<Record<string, unknown>>;
  /** What holds secrets, by JSON pointer into the manifest; below `/stringData` it is encoded. */
  readonly secrets?: Readonly<Record<string, ObjectFill["value"]>>;
  readonly conflicts?: "fail" | "take" | "yield";
  readonly wait?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

/** An object; a Namespace and a CRD provide what others wait for. Throws ProblemError (input) where the manifest lacks its name. */
export function k8sObject(options: K8sObjectOptions): Resource<K8sObject> {
  const { cluster, object, secrets = {}, conflicts, wait, timeout, provides = [], exclusive } = options;
  const { apiVersion, kind, metadata } = object;
  const meta = isRecord(metadata) ? metadata : {};
  const { name, namespace } = meta;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string")
    throw new ProblemError({
      code: "input",
      message: "a manifest needs apiVersion, kind and metadata.name",
      hint: "metadata.generateName cannot be applied twice: give it a name",
    });
  const fill = Object.entries(secrets).map(([at, value]) => fillOf(at, value));
  const desired = {
    cluster,
    apiVersion,
    kind,
    namespace: typeof namespace === "string" ? namespace : undefined,
    name,
    object: JSON.stringify(marked(compiled(object, secrets), meta)),
    fill: fill.length === 0 ? undefined : fill,
    conflicts,
    wait,
    timeout,
  };
  return resourceOf(k8sObjectKind, given(desired) as K8sObject, given({ provides: [...provides, ...provided(object)], exclusive }));
}

/** The capabilities of a cluster whose API answers: for what forms one. */
export const kubernetesApi: Capability = apiCapability;

function fillOf(at: string, value: ObjectFill["value"]): ObjectFill {
  return at.startsWith("/stringData/") ? { at: at.replace("/stringData/", "/data/"), value, base64: true } : { at, value };
}

// With stringData applied, a key that is taken out stays in data, and what others do to data is no conflict (observed).
function compiled(object: Readonly<Record<string, unknown>>, secrets: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { stringData, ...rest } = object;
  if (rest["kind"] !== "Secret" || !isRecord(stringData)) return { ...object };
  const isFilled = (key: string): boolean => Object.hasOwn(secrets, `/stringData/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  const encoded = Object.entries(stringData).map(([key, value]) => [key, isFilled(key) ? "" : Buffer.from(String(value)).toString("base64")]);
  return { ...rest, data: { ...(isRecord(rest["data"]) ? rest["data"] : {}), ...Object.fromEntries(encoded) } };
}

function marked(object: Record<string, unknown>, meta: Record<string, unknown>): Record<string, unknown> {
  const annotations = isRecord(meta["annotations"]) ? meta["annotations"] : {};
  return { ...object, metadata: { ...meta, annotations: { ...annotations, [mark]: "hlx" } } };
}

function provided({ kind, metadata, spec }: Readonly<Record<string, unknown>>): readonly Capability[] {
  if (kind === "Namespace" && isRecord(metadata)) return [namespaceCapability(String(metadata["name"]))];
  if (kind !== "CustomResourceDefinition" || !isRecord(spec) || !isRecord(spec["names"])) return [];
  return [kindCapability(String(spec["group"]), String(spec["names"]["kind"]))];
}

function restore(desired: K8sObject, before: Found<K8sActual>): K8sObject | Irreversible {
  if (before.found === "absent") return k8sObjectKind.absent?.(desired) ?? desired;
  if (before.found !== "present" || desired.absent === true) return { irreversible: `${inWords(nameOf(desired))} is gone, and what it was is not kept` };
  const { values, going, immutable } = before.actual;
  const fields = desiredFields(desired).filter(({ path, value }) => !same(values[path], value));
  if (Object.keys(going).length > 0 || immutable !== undefined || fields.some((field) => isHidden(desired, field)))
    return { irreversible: `not all of what ${inWords(nameOf(desired))} was before is known` };
  const old = fields.reduce(
    (object, { path, at }) => (values[path] === undefined ? without(object, at) : withValue(object, at, values[path])),
    objectOf(desired),
  );
  return { ...desired, object: JSON.stringify(old) };
}
