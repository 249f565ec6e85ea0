// What may be asked of a host's snapd.

/** One installed snap. `held`: it is refreshed only when somebody asks for it. */
export interface SnapSeen {
  /** As it is tracked: "1.32/stable". */
  readonly channel: string;
  readonly version: string;
  readonly revision: string;
  readonly held: boolean;
}

/** Reading a snapd. Throws ProblemError (missing, unreachable, unknown) when it does not answer; every answer is hostile data. */
export interface SnapdReader {
  /** One snap; null when it is not installed. */
  snap(name: string): Promise<SnapSeen | null>;
}
