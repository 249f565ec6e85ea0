// Filling in text leaves: secrets by name, and values that another resource gives.
import { isRecord } from "../lib/json.ts";
import { filledText, isSecretRef, type Leaf, type Ref, type Text } from "../model/text.ts";

/** Where the pieces of a text come from. Each answers undefined when the value is not known (yet). */
export interface Pieces {
  secret(name: string): string | undefined;
  /** The actual of a resource that will not change any more, by `host/kind:identity`. */
  actual(key: string): unknown;
}

/** The text with all pieces filled in, or undefined when one is not known yet. `host` is where the text belongs, for refs without a host. */
export function fill(content: Text, pieces: Pieces, host: string): string | undefined {
  return filledText(content, (leaf) => fillPiece(leaf, pieces, host));
}

export function fillPiece(leaf: Leaf, pieces: Pieces, host: string): string | undefined {
  return isSecretRef(leaf) ? pieces.secret(leaf.secret) : textAt(pieces.actual(targetOf(leaf, host)), leaf.pointer);
}

/** What a ref points at, as `host/kind:identity`: the role in an address is display and does not count. */
export function targetOf({ ref }: Ref, host: string): string {
  const [first = "", role, ...rest] = ref.split("/");
  const local = first.includes(":") || role === undefined;
  return local ? `${host}/${ref}` : `${first}/${rest.join("/")}`;
}

/** How actuals are keyed for refs: `host/kind:identity`. */
export function actualKey(host: string, id: string): string {
  return `${host}/${id}`;
}

function textAt(value: unknown, pointer: string): string | undefined {
  const path = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = path.reduce<unknown>((inside, part) => member(inside, part), value);
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
}

function member(inside: unknown, part: string): unknown {
  if (Array.isArray(inside)) return inside[Number(part)];
  return isRecord(inside) && Object.hasOwn(inside, part) ? inside[part] : undefined;
}
