// The check of a host's key: against known_hosts, before a single byte of a credential is sent.
import type { ServerHostKeyAlgorithm } from "ssh2";
import { hostKeyAlgorithms } from "./algorithms.ts";
import { fingerprint, keyType } from "./host-key.ts";
import { judge, knownHostsLine, knownTypes } from "./known-hosts.ts";
import { readKnownHosts, remember } from "./known-hosts-file.ts";
import { refusedKey } from "./problems.ts";
import { identityOf, type SshTarget } from "./target.ts";

/** Required by every client: there is no way to build one without. */
export interface HostCheck {
  /** Signature algorithms to offer, those of recorded keys first. */
  readonly offer: readonly ServerHostKeyAlgorithm[];
  readonly recordedTypes: readonly string[];
  /** Resolves when the key is trusted. Anything else, also an error of its own, refuses the host. */
  verify(key: Buffer): Promise<void>;
}

export interface CheckOptions {
  /** Write an unknown key down instead of refusing it; a changed or revoked one is refused always. */
  readonly acceptNew: boolean;
  log(line: string): void;
}

/** Reads known_hosts and gives the check for this host. Throws ProblemError (trust) when a file cannot be read. */
export async function hostCheck(target: SshTarget, options: CheckOptions): Promise<HostCheck> {
  const who = identityOf(target);
  const { entries, notes } = await readKnownHosts(target.knownHosts);
  for (const note of notes) options.log(note);
  const recordedTypes = knownTypes(entries, who);
  let accepted: Buffer | undefined;
  return {
    recordedTypes,
    offer: hostKeyAlgorithms(recordedTypes),
    async verify(key) {
      // Asked again when the session's keys are renewed: the same key then, or none.
      if (accepted !== undefined && !accepted.equals(key)) throw new Error("it showed another host key in the middle of the session");
      accepted ??= await trusted(key);
    },
  };

  async function trusted(key: Buffer): Promise<Buffer> {
    const verdict = judge(entries, who, key);
    if (verdict.verdict === "known") return key;
    const [file] = target.knownHosts;
    if (verdict.verdict !== "unknown" || !options.acceptNew || file === undefined) throw refusedKey(target, key, verdict);
    await remember([knownHostsLine(who, key)], file);
    options.log(`accepted the new host key of ${target.name}: ${keyType(key) ?? ""} ${fingerprint(key)}, written to ${file}`);
    return key;
  }
}
