// SSH public keys as bytes: which type they are and how people compare them.
import { createHash } from "node:crypto";

/** The type named inside a key blob ("ssh-ed25519"), or undefined when the bytes are no key. RFC 4253 6.6: a string with a 32 bit length comes first. */
export function keyType(blob: Uint8Array): string | undefined {
  const bytes = Buffer.from(blob);
  if (bytes.length < 8) return undefined;
  const length = bytes.readUInt32BE(0);
  const type = bytes.toString("latin1", 4, 4 + length);
  return length > 0 && bytes.length > 4 + length && /^[a-z0-9@.-]{1,64}$/i.test(type) ? type : undefined;
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
