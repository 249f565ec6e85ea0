// Which algorithms are offered, and why the others are not.
import type { Algorithms, ServerHostKeyAlgorithm } from "ssh2";

/**
 * The algorithms to offer; host key types that are recorded for the host come first, so that a server with several keys shows the one we know.
 *
 * Terrapin (CVE-2023-48795) needs chacha20-poly1305, or CBC with an encrypt-then-MAC, in a session without strict key exchange. ssh2 1.17 always offers
 * `kex-strict-c-v00@openssh.com` (lib/protocol/Protocol.js adds it to any list) and, when the server has it too, refuses stray packets and resets sequence
 * numbers (lib/protocol/kex.js). But the ciphers must be offered before the server's answer is seen, so the affected ones are never offered at all:
 * a server without strict key exchange gets a cipher that the attack does not reach, or no connection.
 * SHA-1 is not offered either, nor compression. aes128-gcm first: fastest with hardware support, and authenticated by itself.
 */
export function algorithmsFor(recordedTypes: readonly string[]): Algorithms {
  return {
    kex: [
      "curve25519-sha256",
      "curve25519-sha256@libssh.org",
      "ecdh-sha2-nistp256",
      "ecdh-sha2-nistp384",
      "ecdh-sha2-nistp521",
      "diffie-hellman-group-exchange-sha256",
      "diffie-hellman-group16-sha512",
      "diffie-hellman-group18-sha512",
      "diffie-hellman-group14-sha256",
    ],
    cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"],
    hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
    compress: ["none"],
    serverHostKey: [...hostKeyAlgorithms(recordedTypes)],
  };
}

/** The types of host key that can be checked, best first: as they are named inside a key. */
export const hostKeyTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"] as const;

/** The signature algorithms of all types, those of the recorded types first. RFC 8332: a key of type ssh-rsa signs with rsa-sha2-*. */
export function hostKeyAlgorithms(recordedTypes: readonly string[]): readonly ServerHostKeyAlgorithm[] {
  const recorded = hostKeyTypes.filter((type) => recordedTypes.includes(type));
  const others = hostKeyTypes.filter((type) => !recordedTypes.includes(type));
  return [...recorded, ...others].flatMap(signatures);
}

/** The signature algorithms of one type of key. */
export function signatures(type: (typeof hostKeyTypes)[number]): readonly ServerHostKeyAlgorithm[] {
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}
