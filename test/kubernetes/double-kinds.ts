// The kinds that the double knows: what they default, what cannot change, and the fields that a strict server knows of them.
import type { Cause } from "./double-replies.ts";
import type { Body } from "./json.ts";

export interface Known {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** What may not change from one to the other. */
  readonly fixed?: (before: Body, after: Body) => readonly Cause[];
}

const differs = (left: unknown, right: unknown): boolean => JSON.stringify(left) !== JSON.stringify(right);
const stays =
  (field: string, message: string, of: (object: Body) => unknown) =>
  (before: Body, after: Body): readonly Cause[] =>
    differs(of(before), of(after)) ? [{ field, message }] : [];

const selector = stays("spec.selector", 'Invalid value: {"matchLabels":{}}: field is immutable', ({ spec }) => spec?.selector);
const statefulSet = stays(
  "spec",
  "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ({ spec }) => [spec?.selector, spec?.serviceName, spec?.volumeClaimTemplates],
);
const job = stays("spec.template", "Invalid value: {}: field is immutable", ({ spec }) => spec?.template);
const claim = stays(
  "spec",
  "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
  ({ spec: { resources: _, ...rest } }) => rest,
);

function kind(spelled: string, more: Partial<Known> = {}): Known {
  const [apiVersion = "", name = "", plural = ""] = spelled.split(" ");
  return { apiVersion, kind: name, plural, namespaced: true, ...more };
}

export const builtIn: readonly Known[] = [
  kind("v1 Namespace namespaces", { namespaced: false }),
  kind("v1 Node nodes", { namespaced: false }),
  kind("v1 ConfigMap configmaps"),
  kind("v1 Secret secrets"),
  kind("v1 Service services"),
  kind("v1 ServiceAccount serviceaccounts"),
  kind("v1 Pod pods"),
  kind("v1 PersistentVolumeClaim persistentvolumeclaims", { fixed: claim }),
  kind("apps/v1 Deployment deployments", { fixed: selector }),
  kind("apps/v1 StatefulSet statefulsets", { fixed: statefulSet }),
  kind("apps/v1 DaemonSet daemonsets", { fixed: selector }),
  kind("batch/v1 Job jobs", { fixed: job }),
  kind("networking.k8s.io/v1 Ingress ingresses"),
  kind("storage.k8s.io/v1 StorageClass storageclasses", { namespaced: false }),
  kind("rbac.authorization.k8s.io/v1 ClusterRole clusterroles", { namespaced: false }),
  kind("rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings", { namespaced: false }),
  kind("autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers"),
  kind("apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions", { namespaced: false }),
  kind("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations", { namespaced: false }),
];

/** As a list of resources has it: subresources stand in it, too, some of them under the kind of the resource itself. */
export function listedAs({ kind, plural: name, namespaced }: Known): readonly Body[] {
  return [
    { kind, name, namespaced },
    { kind, name: `${name}/status`, namespaced },
    { kind: "Scale", name: `${name}/scale`, namespaced },
  ];
}

/** With a namespace goes what is in it, with a definition every object of its kind. */
export function goesWith({ kind: of, metadata, spec }: Body, one: Body): boolean {
  if (of === "Namespace") return one["metadata"].namespace === metadata.name;
  return of === "CustomResourceDefinition" && one["kind"] === spec.names.kind && String(one["apiVersion"]).startsWith(`${spec.group}/`);
}

/** The object with what a server fills in: a few fields of a few kinds, and amounts in their shortest form. */
export function defaulted(object: Body): Body {
  const copy: Body = structuredClone(object);
  const spec = copy["spec"];
  if (copy["kind"] === "Deployment") {
    spec.replicas ??= 1;
    spec.strategy ??= { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } };
    spec.progressDeadlineSeconds ??= 600;
  }
  if (copy["kind"] === "Service") {
    spec.type ??= "ClusterIP";
    spec.clusterIP ??= "10.152.183.77";
    // A real server gives another one on every dry run, as long as none is kept.
    for (const port of spec.ports ?? []) if (spec.type !== "ClusterIP") port.nodePort ??= 30000 + Math.floor(Math.random() * 2767);
    for (const port of spec.ports ?? []) port.protocol ??= "TCP";
  }
  if (copy["kind"] === "Namespace") copy["status"] ??= { phase: "Active" };
  if (copy["kind"] === "Secret") copy["type"] ??= "Opaque";
  for (const container of spec?.template?.spec?.containers ?? []) containerDefaults(container);
  return copy;
}

function containerDefaults(container: Body): void {
  container["imagePullPolicy"] ??= /:latest$|^[^:]+$/.test(container["image"] ?? "") ? "Always" : "IfNotPresent";
  container["terminationMessagePath"] ??= "/dev/termination-log";
  for (const port of container["ports"] ?? []) port.protocol ??= "TCP";
  for (const amounts of Object.values(container["resources"] ?? {}) as Body[])
    for (const name of Object.keys(amounts)) amounts[name] = amount(String(amounts[name]));
}

function amount(text: string): string {
  if (/^\d+Mi$/.test(text) && Number.parseInt(text, 10) % 1024 === 0) return `${Number.parseInt(text, 10) / 1024}Gi`;
  return /^\d+000m$/.test(text) ? String(Number.parseInt(text, 10) / 1000) : text;
}

const container = [
  "name",
  "image",
  "imagePullPolicy",
  "args",
  "command",
  "env",
  "envFrom",
  "ports",
  "resources",
  "volumeMounts",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "securityContext",
  "workingDir",
  "lifecycle",
];
const schemas: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Deployment: {
    ".spec": ["replicas", "selector", "template", "strategy", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds", "paused"],
    ".spec.template.spec.containers[]": container,
  },
  StatefulSet: { ".spec.template.spec.containers[]": container },
  Service: {
    ".spec": [
      "type",
      "selector",
      "ports",
      "clusterIP",
      "clusterIPs",
      "externalName",
      "loadBalancerIP",
      "sessionAffinity",
      "externalTrafficPolicy",
      "publishNotReadyAddresses",
    ],
  },
};

/** What a strict server says of a field that it does not know, and of two ports of one name. */
export function refusedBySchema(object: Body): string | undefined {
  const { kind: name, apiVersion, metadata } = object;
  const about = `failed to create typed patch object (${metadata.namespace ?? ""}/${metadata.name}; ${apiVersion}, Kind=${name})`;
  for (const [path, known] of Object.entries(schemas[name] ?? {})) {
    for (const { part, at } of partsAt(object, path)) {
      const odd = Object.keys(part).find((field) => !known.includes(field));
      if (odd !== undefined) return `${about}: ${at}.${odd}: field not declared in schema`;
    }
  }
  if (name !== "Service") return undefined;
  const ports: Body[] = object["spec"]?.ports ?? [];
  const keys = ports.map(({ port, protocol = "TCP" }) => `${port},${protocol}`);
  const twice = keys.findIndex((one, index) => keys.indexOf(one) !== index);
  return twice === -1 ? undefined : `${about}: duplicate entries for key [port=${ports[twice]?.["port"]},protocol="${ports[twice]?.["protocol"] ?? "TCP"}"]`;
}

function partsAt(object: Body, path: string): readonly { part: Body; at: string }[] {
  return path
    .split(".")
    .slice(1)
    .reduce<readonly { part: Body; at: string }[]>(
      (parts, step) =>
        parts.flatMap(({ part, at }) => {
          const name = step.replace("[]", "");
          const value = part?.[name];
          if (step.endsWith("[]")) return (Array.isArray(value) ? value : []).map((one: Body) => ({ part: one, at: `${at}.${name}[name="${one["name"]}"]` }));
          return value === undefined ? [] : [{ part: value, at: `${at}.${name}` }];
        }),
      [{ part: object, at: "" }],
    );
}
