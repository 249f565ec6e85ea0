// Text leaves: the only places of a desired state where secrets and values known later may stand.

/** A secret by its name in the secrets source; never the value. */
export interface SecretRef {
  readonly secret: string;
}

/** A value known only after another resource was applied. `ref` is an address or, on the same host, `kind:identity`; `pointer` is a JSON pointer into its actual. */
export interface Ref {
  readonly ref: string;
  readonly pointer: string;
}

export type Text = readonly (string | SecretRef | Ref)[];

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

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === "object" && value !== null && typeof (value as SecretRef).secret === "string" && Object.keys(value).length === 1;
}

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && typeof (value as Ref).ref === "string" && typeof (value as Ref).pointer === "string";
}

/** The text itself when it is made of strings only, else undefined. */
export function plainText(content: Text): string | undefined {
  return content.every((piece) => typeof piece === "string") ? content.join("") : undefined;
}

/** True when a secret takes part in the text. */
export function hasSecret(content: Text): boolean {
  return content.some(isSecretRef);
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
