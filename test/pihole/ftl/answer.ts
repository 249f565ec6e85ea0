// The forms in which FTL answers.

export interface Asked {
  readonly method: string;
  /** Below /api, percent-encoding undone part by part: ["config", "dns", "hosts"]. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export type Answer = { readonly status: number; readonly json?: unknown } | { readonly status: 200; readonly stream: readonly string[] };

export function json(status: number, value: object): Answer {
  return { status, json: { ...value, took: 0.0003 } };
}

/** FTL's error object: the key and the message, and a hint where there is one. */
export function refused(status: number, [key, message]: readonly [string, string], hint: unknown = null): Answer {
  return json(status, { error: { key, message, hint } });
}

/** An unknown path and a wrong method are the same to it. */
export const notFound: Answer = refused(404, ["not_found", "Not found"]);

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
