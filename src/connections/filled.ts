// Bodies of API requests: references are replaced where they stand, right before the request is sent.
import type { WriteOptions } from "../model/ports/shell.ts";
import { filledText, isRef, isSecretRef, type Text } from "../model/text.ts";

/**
 * The body with every secret and every value known later filled in: a reference alone stands for its value, `{ text: [pieces] }` with a reference among the pieces
 * for them joined. Everything else is as it was. Throws ProblemError (missing).
 */
export function filled(body: unknown, reveal: WriteOptions["reveal"]): unknown {
  if (isSecretRef(body) || isRef(body)) return reveal(body);
  if (typeof body !== "object" || body === null) return body;
  if (Array.isArray(body)) return body.map((member) => filled(member, reveal));
  const pieces = piecesOf(body);
  if (pieces !== undefined) return filledText(pieces, (leaf) => reveal(leaf)) ?? "";
  return Object.fromEntries(Object.entries(body).map(([key, member]) => [key, filled(member, reveal)]));
}

function piecesOf(body: object): Text | undefined {
  const [only, ...more] = Object.entries(body);
  if (only === undefined || more.length > 0 || only[0] !== "text" || !Array.isArray(only[1])) return undefined;
  const pieces: readonly unknown[] = only[1];
  const isText = pieces.every((piece) => typeof piece === "string" || isSecretRef(piece) || isRef(piece));
  return isText && pieces.some((piece) => typeof piece !== "string") ? (pieces as Text) : undefined;
}
