// What an API server refuses of a request before it looks at fields: as k8s.io/apiserver and apimachinery word it.
import type { Known } from "./double-kinds.ts";
import { type Cause, failure, immutable, type Reply } from "./double-replies.ts";
import type { Body } from "./json.ts";

export interface Applied {
  readonly known: Known;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly body: Body;
  readonly manager: string;
}

/** Undefined where it goes on. */
export function refusedRequest({ known, namespace, name, body, manager }: Applied): Reply | undefined {
  const meta: Body = body["metadata"] ?? {};
  if (manager === "") return bad('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  if (body["apiVersion"] !== known.apiVersion || body["kind"] !== known.kind)
    return bad(
      `the API version in the data (${body["apiVersion"]}, Kind=${body["kind"]}) does not match the expected API version (${known.apiVersion}, Kind=${known.kind})`,
    );
  if (meta["name"] !== undefined && meta["name"] !== name) return bad(`the name of the object (${meta["name"]}) does not match the name on the URL (${name})`);
  if (meta["namespace"] !== undefined && meta["namespace"] !== (namespace ?? ""))
    return bad("the namespace of the provided object does not match the namespace sent on the request");
  if (meta["managedFields"] !== undefined) return bad("metadata.managedFields must be nil");
  return /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name) || known.apiVersion.startsWith("rbac.")
    ? undefined
    : immutable(known, name, [
        {
          field: "metadata.name",
          message: `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`,
        },
      ]);
}

/** What the data of the object, as it would be, are refused for. */
export function refusedData(known: Known, object: Body): Reply | undefined {
  const { kind, data, metadata } = object;
  const about = `failed to create typed patch object (${metadata.namespace ?? ""}/${metadata.name}; ${known.apiVersion}, Kind=${kind})`;
  const odd = Object.entries((data ?? {}) as Body).find(([, value]) => typeof value !== "string");
  if (["ConfigMap", "Secret"].includes(kind) && odd !== undefined)
    return failure({ code: 500, reason: "InternalError", message: `${about}: .data.${odd[0]}: expected string, got ${JSON.stringify(odd[1])}` });
  const garbled =
    kind === "Secret" ? Object.values((data ?? {}) as Body).find((value) => Buffer.from(String(value), "base64").toString("base64") !== value) : undefined;
  if (garbled !== undefined) return bad(`Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0`);
  return undefined;
}

/** What a workload, as it would be, is called invalid for. */
export function wrongIn({ kind, spec }: Body): readonly Cause[] {
  if (!["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) return [];
  const [wanted, labels] = [spec?.selector?.matchLabels, spec?.template?.metadata?.labels ?? {}];
  if (wanted === undefined) return [{ field: "spec.selector", message: "Required value" }];
  if (Object.entries(wanted).every(([name, value]) => labels[name] === value)) return [];
  const message = `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``;
  return [{ field: "spec.template.metadata.labels", message }];
}

function bad(message: string): Reply {
  return failure({ code: 400, reason: "BadRequest", message });
}
