// Secrets in tests: each one's value is made from its name.
import { sha256 } from "../lib/hash.ts";
import { type Leaf, refsIn, type Text } from "../model/text.ts";
import { fillPieces } from "./pieces.ts";

/** The value that a secret has in tests. */
export function testSecret(piece: Leaf): string {
  return "secret" in piece ? `value of ${piece.secret}` : "";
}

/** The digest that a diff asks for; undefined when something is known only later. */
export function testDigest(content: Text): string | undefined {
  return refsIn(content).length > 0 ? undefined : sha256(fillPieces(content, { reveal: testSecret }));
}
