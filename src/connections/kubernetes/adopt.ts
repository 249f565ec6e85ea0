// Objects that kubectl apply made on the client's side: what that manager owned becomes hlx's, so that a field that is taken out goes.
// Facts: k8s.io/client-go util/csaupgrade does the same before kubectl's own server-side apply; without it such a field stays for ever (observed).
import { isRecord } from "../../lib/json.ts";
import { fieldManager, wholeManifest } from "../../model/ports/kubernetes.ts";
import type { Answer, Client } from "./client.ts";

type Entry = Readonly<Record<string, unknown>>;

/** Changes who owns the fields, and nothing else; refused by the server where the object changed meanwhile. Undefined where there is nothing to do. */
export async function adopt(client: Client, path: string): Promise<Answer | undefined> {
  const live = await client.ask({ method: "GET", path });
  if (live.answer !== "data") return live;
  const meta = isRecord(live.data["metadata"]) ? live.data["metadata"] : {};
  const entries: readonly Entry[] = Array.isArray(meta["managedFields"]) ? meta["managedFields"].filter(isRecord) : [];
  const former = entries.filter(isFormer);
  if (former.length === 0) return undefined;
  const body = [
    { op: "replace", path: "/metadata/managedFields", value: merged(entries, former) },
    { op: "replace", path: "/metadata/resourceVersion", value: meta["resourceVersion"] },
  ];
  return client.ask({ method: "PATCH", path: `${path}?fieldManager=${fieldManager}`, type: "application/json-patch+json", body });
}

function isFormer({ manager, operation, subresource }: Entry): boolean {
  return wholeManifest.test(String(manager)) && operation === "Update" && (subresource === undefined || subresource === "");
}

function isOwn({ manager, operation }: Entry): boolean {
  return manager === fieldManager && operation === "Apply";
}

function merged(entries: readonly Entry[], former: readonly Entry[]): readonly Entry[] {
  const fields = [...entries.filter(isOwn), ...former].reduce<unknown>((all, { fieldsV1 }) => union(all, fieldsV1), {});
  const own = { ...former[0], manager: fieldManager, operation: "Apply", fieldsType: "FieldsV1", fieldsV1: fields };
  return [...entries.filter((one) => !isFormer(one) && !isOwn(one)), own];
}

function union(one: unknown, other: unknown): unknown {
  if (!isRecord(one) || !isRecord(other)) return one ?? other;
  return Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [key, union(one[key], other[key])]));
}
