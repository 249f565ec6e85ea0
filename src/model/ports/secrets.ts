// Where secret values come from, and the key that stands between them and what is written down.

export interface Secrets {
  /** The values of these names; throws ProblemError naming every one that is missing. Asked only for the hosts that need them. */
  resolve(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** 32 bytes for keyed hashes in plans and state; belongs to the secrets' identity, else to this project's state folder. */
  key(): Promise<Uint8Array>;
}
