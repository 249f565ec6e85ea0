// Status objects as an API server words them.
import type { Known } from "./double-kinds.ts";

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly retryAfter?: string;
}

export interface Cause {
  readonly field: string;
  readonly message: string;
  readonly reason?: string;
}

/** A path that nothing serves: no Status, but plain text. */
export const plain404: Reply = { status: 404, text: "404 page not found\n" };

export interface Told {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: object;
}

export function failure({ code, reason, message, details = {} }: Told): Reply {
  return { status: code, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code } };
}

function named({ plural, apiVersion }: Known): string {
  return apiVersion.includes("/") ? `${plural}.${apiVersion.replace(/\/.*/, "")}` : plural;
}

export function notFound(known: Known, name: string): Reply {
  return failure({ code: 404, reason: "NotFound", message: `${named(known)} "${name}" not found`, details: { name, kind: known.plural } });
}

export function missing(kind: string, name: string): Reply {
  return failure({ code: 404, reason: "NotFound", message: `${kind} "${name}" not found`, details: { name, kind } });
}

/** As many conflicts of field managers as there are; or what else was in the way, in words. */
export function conflict(known: Known, name: string, why: string | readonly Cause[]): Reply {
  const causes = typeof why === "string" ? [] : why;
  const many = causes.length === 1 ? "1 conflict" : `${causes.length} conflicts`;
  const message = typeof why === "string" ? why : `Apply failed with ${many}: ${causes.map((cause) => `${cause.message}: ${cause.field}`).join("; ")}`;
  return failure({
    code: 409,
    reason: "Conflict",
    message,
    details: { name, kind: known.plural, causes: causes.map((cause) => ({ reason: "FieldManagerConflict", ...cause })) },
  });
}

export function immutable(known: Known, name: string, causes: readonly Cause[]): Reply {
  const told = causes.map(({ field, message }) => `${field}: ${message}`).join(", ");
  const message = `${known.kind}${known.apiVersion.includes("/") ? `.${known.apiVersion.replace(/\/.*/, "")}` : ""} "${name}" is invalid: ${told}`;
  return failure({
    code: 422,
    reason: "Invalid",
    message,
    details: { name, kind: known.kind, causes: causes.map((cause) => ({ reason: "FieldValueInvalid", ...cause })) },
  });
}
