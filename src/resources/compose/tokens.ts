// Secrets and values known later on their way through a compose file: each is one token (hexadecimal, so that no colon or quote is in it) inside a plain string, until it becomes a text leaf.
import { isRef, isSecretRef, type Ref, type SecretRef, type Text } from "../../model/text.ts";

const [open, close] = ["\uE000", "\uE001"];
const tokens = new RegExp(`${open}([^${close}]*)${close}`);

/** The text as one string, with a token for each piece that is no string. */
export function withTokens(content: Text): string {
  return content
    .map((piece) =>
      typeof piece === "string" ? piece.replaceAll(/[\uE000\uE001]/g, "") : `${open}${Buffer.from(JSON.stringify(piece)).toString("hex")}${close}`,
    )
    .join("");
}

/** The string as text again. */
export function withoutTokens(value: string): Text {
  return value
    .split(tokens)
    .map((part, index) => (index % 2 === 0 ? part : pieceOf(part)))
    .filter((piece) => piece !== "");
}

/** True when a secret or a value known later takes part. */
export function hasToken(value: string): boolean {
  return value.includes(open);
}

/** True when a token stands anywhere inside a value. */
export function tokenIn(value: unknown): boolean {
  if (typeof value === "string") return hasToken(value);
  return typeof value === "object" && value !== null && Object.values(value).some(tokenIn);
}

/** The string for people: tokens as the names they stand for. */
export function shownTokens(value: string): string {
  return withoutTokens(value)
    .map((piece) => (typeof piece === "string" ? piece : "secret" in piece ? `(secret ${piece.secret})` : "(known after apply)"))
    .join("");
}

function pieceOf(hex: string): string | SecretRef | Ref {
  const piece: unknown = JSON.parse(Buffer.from(hex, "hex").toString());
  return isSecretRef(piece) || isRef(piece) ? piece : "";
}
