// What the Kubernetes API answers when it does not do what was asked, and what kind of failure that is.
// Facts: Status objects of k8s.io/apimachinery; a path that no API serves is answered in plain text; a body that does not fit the schema of server-side apply is a 500.
import { isRecord, parsedJson } from "../../lib/json.ts";
import type { FieldConflict } from "../../model/ports/kubernetes.ts";

export type FailureKind =
  | "login"
  | "forbidden"
  | "no api"
  | "no namespace"
  | "absent"
  | "conflict"
  | "precondition"
  | "immutable"
  | "invalid"
  | "schema"
  | "busy"
  | "webhook"
  | "other";

/** An answer that is none of success; its texts are hostile data. */
export interface Failure {
  readonly kind: FailureKind;
  readonly status: number;
  readonly text: string;
  readonly causes: readonly { readonly field: string; readonly reason: string; readonly message: string }[];
  /** Of what is not there, its name. */
  readonly name?: string;
  readonly retryAfterMs?: number;
}

/** Fields that a new value is refused for; every kind has its own words. Where anything else is wrong, too, another object in its place would be refused as well. */
const immutable =
  /field is immutable|is immutable after creation|may not change once set|updates to statefulset spec for fields other than|cannot change roleRef/;
const schema = /failed to create typed (patch )?object|strict decoding error|failed to convert new object|duplicate entries for key/;

export function failureOf(status: number, text: string, retryAfter?: string): Failure {
  const body = parsed(text);
  if (body === undefined) return { kind: plainKind(status, text), status, text: text.trim().slice(0, 500), causes: [] };
  const details = isRecord(body["details"]) ? body["details"] : {};
  const message = typeof body["message"] === "string" ? body["message"] : `status ${status}`;
  const causes = causesIn(details);
  const kind = kindOf({ status, message, reason: String(body["reason"] ?? ""), causes, of: String(details["kind"] ?? "") });
  const seconds = Number(retryAfter ?? details["retryAfterSeconds"]);
  return {
    kind,
    status,
    text: message,
    causes,
    ...(typeof details["name"] === "string" ? { name: details["name"] } : {}),
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 30) * 1000 } : {}),
  };
}

/** The fields that others own, by the causes of a conflict. */
export function conflictsIn({ causes }: Failure): readonly FieldConflict[] {
  return causes
    .filter(({ reason }) => reason === "FieldManagerConflict")
    .map(({ field, message }) => ({ field, manager: message.replace(/^conflict with /, "") }));
}

interface Told {
  readonly status: number;
  readonly message: string;
  readonly reason: string;
  readonly causes: Failure["causes"];
  /** The resource that the answer is about. */
  readonly of: string;
}

// The first rule that holds: texts tell more than status codes do.
function kindOf(told: Told): FailureKind {
  return rules.find(([holds]) => holds(told))?.[1] ?? "other";
}

const rules: readonly (readonly [(told: Told) => boolean, FailureKind])[] = [
  [({ message }) => schema.test(message), "schema"],
  [({ message }) => /admission webhook|failed calling webhook|failed to call webhook/.test(message), "webhook"],
  [({ status }) => status === 401, "login"],
  [({ status, message }) => status === 403 && /because it is being terminated/.test(message), "invalid"],
  [({ status }) => status === 403, "forbidden"],
  [({ status, of }) => status === 404 && of === "namespaces", "no namespace"],
  [({ status, of, reason }) => status === 404 && reason === "NotFound" && of !== "", "absent"],
  [({ status }) => status === 404, "no api"],
  [({ status, causes }) => status === 409 && causes.some(({ reason }) => reason === "FieldManagerConflict"), "conflict"],
  [({ status, message }) => status === 409 || (status === 422 && /metadata\.uid/.test(message)), "precondition"],
  [({ status, message, causes }) => status === 422 && immutable.test(message) && causes.every((cause) => immutable.test(cause.message)), "immutable"],
  [({ status }) => status === 422 || status === 400, "invalid"],
  [({ status }) => status === 429 || status === 503, "busy"],
];

function plainKind(status: number, text: string): FailureKind {
  if (status === 404 && /404 page not found/.test(text)) return "no api";
  if (status === 401) return "login";
  return status === 403 ? "forbidden" : status === 429 || status === 503 ? "busy" : "other";
}

function causesIn(details: Record<string, unknown>): Failure["causes"] {
  const causes: readonly unknown[] = Array.isArray(details["causes"]) ? details["causes"] : [];
  return causes
    .filter(isRecord)
    .map(({ field, reason, message }) => ({ field: String(field ?? ""), reason: String(reason ?? ""), message: String(message ?? "") }));
}

function parsed(text: string): Record<string, unknown> | undefined {
  const body = parsedJson(text);
  return isRecord(body) && body["kind"] === "Status" ? body : undefined;
}
