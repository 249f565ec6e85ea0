// Parts of manifests, whatever shape they have.

export type Part = Readonly<Record<string, unknown>>;

export function recordOf(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

export function partOf(part: Part, name: string): Part {
  return recordOf(part[name]);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function nameOf(object: Part): { readonly kind: string; readonly namespace: string; readonly name: string } {
  const metadata = recordOf(object["metadata"]);
  return { kind: textOf(object["kind"]), namespace: textOf(metadata["namespace"]) || "default", name: textOf(metadata["name"]) };
}

/** `Deployment homelab/web`. */
export function inWords(object: Part): string {
  const { kind, name } = nameOf(object);
  const namespace = textOf(recordOf(object["metadata"])["namespace"]);
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** The pod that a workload makes, and where it stands in the manifest; undefined for what makes none. */
export function podOf(object: Part): { readonly pod: Part; readonly at: string } | undefined {
  const spec = recordOf(object["spec"]);
  switch (textOf(object["kind"])) {
    case "Pod":
      return { pod: spec, at: "/spec" };
    case "CronJob":
      return { pod: partOf(partOf(partOf(partOf(spec, "jobTemplate"), "spec"), "template"), "spec"), at: "/spec/jobTemplate/spec/template/spec" };
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "ReplicaSet":
    case "Job":
      return { pod: partOf(partOf(spec, "template"), "spec"), at: "/spec/template/spec" };
    default:
      return undefined;
  }
}
