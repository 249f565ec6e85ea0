// Where and as whom to log in by SSH: a host with everything that the inventory and ~/.ssh/config say, settled.

export interface SshTarget {
  /** The host's name in the inventory: for messages, and for commands that hints name. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The name its key is recorded under, where that is not the address (HostKeyAlias; a twin's container). */
  readonly alias?: string;
  /** Key files to offer, in order; those that are not there are skipped. */
  readonly keyFiles: readonly string[];
  /** Offer nothing but the key files: an agent may sign for them, and for no other. */
  readonly onlyKeyFiles: boolean;
  /** The agent's socket. */
  readonly agent?: string;
  /** known_hosts files, first match wins, keys that are accepted are written to the first. */
  readonly knownHosts: readonly string[];
  /** From ssh_config's ConnectTimeout: shortens what the caller allows, never lengthens it. */
  readonly connectTimeoutMs?: number;
  /** The host to go through; checked and logged in to on its own. */
  readonly jump?: SshTarget;
  /** It is the jump host of this host, and perhaps in no inventory. */
  readonly jumpFor?: string;
  /** Reach it as `sshd -i` inside this container, by the engine, instead of over the network. */
  readonly container?: string;
}

/** `root@192.168.1.2:22`, or `root@container NAME`. */
export function shown(target: SshTarget): string {
  return `${target.user}@${target.container === undefined ? endpoint(target) : `container ${target.container}`}`;
}

/** What a connect may take, in milliseconds. */
export function timeLimit(target: SshTarget, allowedMs: number): number {
  return Math.min(allowedMs, target.connectTimeoutMs ?? allowedMs);
}

/** `192.168.1.2:22`; an IPv6 address stands in brackets. */
export function endpoint({ address, port }: SshTarget): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Who its key is judged for. A twin has one name only: its host's own keys say nothing about it. */
export function identityOf(target: SshTarget): { readonly host: string; readonly port: number; readonly address?: string } {
  if (target.container !== undefined) return { host: target.alias ?? target.container, port: 22 };
  const host = target.alias ?? target.address;
  // HostKeyAlias stands without the port (ssh_config(5)).
  return { host, port: target.alias === undefined ? target.port : 22, address: target.name };
}
