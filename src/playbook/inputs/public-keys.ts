// Recognises SSH public keys, so that nothing else gets into an authorized_keys file.

const types = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
] as const;

/** True for `type base64 [comment]`, without options, where the blob names the same type as the line (RFC 4253 section 6.6). */
export function isPublicKey(line: string): boolean {
  const [, type = "", blob = ""] = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: [^\x00-\x1f\x7f]*)?$/.exec(line) ?? [];
  if (!types.some((known) => known === type)) return false;
  const bytes = Buffer.from(blob, "base64");
  return bytes.length > type.length + 4 && bytes.readUInt32BE(0) === type.length && bytes.toString("latin1", 4, 4 + type.length) === type;
}
