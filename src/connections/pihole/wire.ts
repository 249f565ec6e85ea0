// What FTL's answers say: JSON where it is JSON, and errors in the forms that it has for them.
import { isRecord, parsedJson } from "../../lib/json.ts";
import type { Reply } from "./http.ts";

export type Answered = Extract<Reply, { reply: "answered" }>;

/** The answer's JSON object; an empty one when it is none. */
export function jsonOf({ text }: Pick<Answered, "text">): Readonly<Record<string, unknown>> {
  const value = parsedJson(text);
  return isRecord(value) ? value : {};
}

/** A member as an object; an empty one when it is none. */
export function inside(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const member = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isRecord(member) ? member : {};
}

/** A member as a list of objects. */
export function listIn(value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  const member = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return Array.isArray(member) ? member.filter(isRecord) : [];
}

/** Why it refused, in its own words; undefined when it did not. A 2xx with errors of single items is a refusal, too. */
export function refusalOf(answered: Answered): string | undefined {
  const json = jsonOf(answered);
  if (answered.status >= 200 && answered.status < 300) {
    const errors = listIn(inside(json, "processed"), "errors").map(({ item, error }) => `${String(item)}: ${String(error)}`);
    return errors.length === 0 ? undefined : errors.join("; ");
  }
  const { message, hint } = inside(json, "error");
  const told = [message, hint]
    .filter((part) => part !== undefined && part !== null && part !== "")
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  return told.length === 0 ? `status ${answered.status}` : told.join(": ");
}

/** FTL swaps its database after gravity: what it refuses for that reason it takes a moment later. */
export function isPassing(refusal: string): boolean {
  return /readonly database|Database not available/i.test(refusal);
}
