// What a systemd unit should be.

/** Another resource that a unit must have loaded: its `kind:identity`, and the paths that tell when it changed. */
export interface Watched {
  readonly resource: string;
  readonly traces: readonly string[];
}

/** A unit's two switches, and what it must have loaded. The name is without `.service`. */
export interface Service {
  readonly unit: string;
  readonly running: boolean;
  readonly enabled: boolean;
  readonly reloadOn: readonly Watched[];
  readonly restartOn: readonly Watched[];
}
