// Places in documents for machines: relative to the folder that hlx runs in, as on the screen.
import { isAbsolute, relative } from "node:path";
import { isRecord } from "../../lib/json.ts";

/** The value with the file of every position in it relative to the folder. */
export function withNearPlaces(value: unknown, cwd: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withNearPlaces(item, cwd));
  if (!isRecord(value) || Object.getPrototypeOf(value) === Date.prototype) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, withNearPlaces(member, cwd)] as const);
  const near = isPlace(value) && isAbsolute(value.file) ? [["file", relative(cwd, value.file)] as const] : [];
  return Object.fromEntries([...entries, ...near]);
}

function isPlace(value: Record<string, unknown>): value is Record<string, unknown> & { readonly file: string } {
  return typeof value["file"] === "string" && typeof value["line"] === "number" && typeof value["column"] === "number";
}
