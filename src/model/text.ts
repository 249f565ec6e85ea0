// Text leaves: the only places of a desired state where secrets and values known later may stand.
import { sha256 } from "../lib/hash.ts";

/** A secret by its name in the secrets source; never the value. */
export interface SecretRef {
  readonly secret: string;
}

/** A value known only after another resource was applied. `ref` is an address or, on the same host, `kind:identity`; `pointer` is a JSON pointer into its actual. */
export interface Ref {
  readonly ref: string;
  readonly pointer: string;
}

/** What must be revealed before a text is known. */
export type Leaf = SecretRef | Ref;

/** The SHA-256 (hexadecimal) of another text. */
export interface DigestOf {
  readonly sha256: Text;
}

/** Another text, spelled as inside the quotes of a JSON string, with its dollars doubled: what a compose file wants. */
export interface ComposeSpelled {
  readonly compose: Text;
}

export type Text = readonly (string | Leaf | DigestOf | ComposeSpelled)[];

/** What people write: a plain string, one reference, or a list of pieces. */
export type TextInput = string | SecretRef | Ref | Text;

/** The input as Text: neighbouring strings are not joined. */
export function text(input: TextInput): Text {
  return Array.isArray(input) ? (input as Text) : [input as string | SecretRef | Ref];
}

/** A value known only later: shown as `(known after apply)`. */
export function ref(target: string, pointer: string): Ref {
  return { ref: target, pointer };
}

/** What a step elsewhere handed on under this name, for later steps of the same resource; see Elsewhere. */
export function handed(name: string): Ref {
  return { ref: "handed", pointer: `/${name}` };
}

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === "object" && value !== null && typeof (value as SecretRef).secret === "string" && Object.keys(value).length === 1;
}

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && typeof (value as Ref).ref === "string" && typeof (value as Ref).pointer === "string";
}

/** The text itself when nothing must be revealed for it, else undefined. */
export function plainText(content: Text): string | undefined {
  return filledText(content, () => undefined);
}

/** The text with its leaves revealed; undefined when one of them is not known. */
export function filledText(content: Text, reveal: (leaf: Leaf) => string | undefined): string | undefined {
  const parts = content.map((piece) => filledPiece(piece, reveal));
  return parts.every((part) => part !== undefined) ? parts.join("") : undefined;
}

function filledPiece(piece: Text[number], reveal: (leaf: Leaf) => string | undefined): string | undefined {
  if (typeof piece === "string") return piece;
  if (isSecretRef(piece) || isRef(piece)) return reveal(piece);
  const inner = filledText("sha256" in piece ? piece.sha256 : (piece as ComposeSpelled).compose, reveal);
  if (inner === undefined) return undefined;
  return "sha256" in piece ? sha256(inner) : composeSpelled(inner);
}

/** The text as it stands inside the quotes of a JSON string of a compose file. */
export function composeSpelled(value: string): string {
  return JSON.stringify(value).slice(1, -1).replaceAll("$", "$$$$");
}

/** True when a secret takes part in the text. */
export function hasSecret(content: Text): boolean {
  return secretsIn(content).length > 0;
}

/** Every secret named anywhere inside a value, each once, in order of appearance. */
export function secretsIn(value: unknown): readonly string[] {
  return [...new Set(piecesIn(value, isSecretRef).map((piece) => piece.secret))];
}

/** Every value known later that is named anywhere inside a value. */
export function refsIn(value: unknown): readonly Ref[] {
  return piecesIn(value, isRef);
}

function piecesIn<Piece>(value: unknown, is: (value: unknown) => value is Piece): readonly Piece[] {
  if (is(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((member) => piecesIn(member, is));
}
