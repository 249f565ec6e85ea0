// Where secret values come from, and the key that stands between them and what is written down.

/** Where one inventory's secrets are: one encrypted file (absolute), or several sources of which the first that has a name wins. */
export type SecretSources = string | readonly SecretSource[];

export type SecretSource =
  | { readonly file: string }
  /** A prefix of variables: `PREFIX` + the name in capitals. */
  | { readonly env: string }
  /** An argv, never a shell's text. With `{name}` in it, it prints one secret; without, YAML of all. */
  | { readonly command: readonly string[] }
  | { readonly vault: VaultSource };

/** One secret of the KV engine, version 2, of HashiCorp Vault or OpenBao; files are absolute. */
export interface VaultSource {
  /** `https://…`; `http://` on this machine only. */
  readonly address: string;
  readonly path: string;
  /** Default "secret". */
  readonly mount?: string;
  readonly namespace?: string;
  /** PEM of the certificate authority instead of the system's. */
  readonly ca?: string;
  /** Default: the variable VAULT_TOKEN, then ~/.vault-token. */
  readonly tokenFile?: string;
  readonly appRole?: { readonly role: string; readonly secretIdFile?: string; readonly secretIdEnv?: string; readonly mount?: string };
}

export interface Secrets {
  /** The values of these names; throws ProblemError naming every one that is missing. Asked only for the hosts that need them. */
  resolve(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** 32 bytes for keyed hashes in plans and state; belongs to the secrets' identity, else to this project's state folder. */
  key(): Promise<Uint8Array>;
}
