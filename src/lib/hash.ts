// Digests, in hexadecimal.
import { createHash, createHmac } from "node:crypto";

/** SHA-256 of the text's UTF-8 bytes (or of the bytes), 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** HMAC-SHA-256 of the text's UTF-8 bytes under the key, 64 hexadecimal digits. */
export function keyedHash(key: Uint8Array, content: string): string {
  return createHmac("sha256", key).update(content).digest("hex");
}
