// An object as it is sent: its text as data, with what holds a secret filled in.
import { isRecord } from "../../lib/json.ts";
import type { ObjectFill, ObjectText } from "../../model/ports/kubernetes.ts";
import { ProblemError } from "../../model/problem.ts";
import type { SecretRef } from "../../model/text.ts";

/** The value of a secret. */
export type Reveal = (piece: SecretRef) => string | Promise<string>;

export async function bodyOf({ json, fill = [] }: ObjectText, reveal: Reveal): Promise<Record<string, unknown>> {
  const object: unknown = JSON.parse(json);
  if (!isRecord(object)) throw new ProblemError({ code: "internal", message: "an object's text is no object" });
  for (const one of fill) put(object, one.at.split("/").slice(1).map(unescaped), await filledIn(one, reveal));
  return object;
}

async function filledIn({ value, base64: encoded }: ObjectFill, reveal: Reveal): Promise<string> {
  const pieces = await Promise.all(value.map((piece) => (typeof piece === "string" ? piece : reveal(piece))));
  return encoded === true ? Buffer.from(pieces.join("")).toString("base64") : pieces.join("");
}

function put(inside: Record<string, unknown>, path: readonly string[], value: string): void {
  const [first = "", ...rest] = path;
  if (rest.length === 0) {
    inside[first] = value;
    return;
  }
  const next = inside[first];
  if (typeof next !== "object" || next === null) throw new ProblemError({ code: "internal", message: `an object has no place for a secret at ${first}` });
  put(next as Record<string, unknown>, rest, value);
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
