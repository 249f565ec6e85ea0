// A key pair for logging in to a lab's hosts.
import ssh2 from "ssh2";

export interface KeyPair {
  /** In OpenSSH's format, without a passphrase. */
  readonly private: string;
  /** One line, as in authorized_keys. */
  readonly public: string;
}

/** A new ed25519 pair that can be logged in with. One in 256 that ssh2 makes cannot even be read (ssh2 1.17): such a pair is made again. */
export function newKeyPair(make: () => KeyPair = () => ssh2.utils.generateKeyPairSync("ed25519")): KeyPair {
  for (;;) {
    const pair = make();
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
