// What an account's authorized_keys should hold.

/** Keys that may log in as the user; with `exclusive`, no others. */
export interface AuthorizedKeys {
  readonly user: string;
  readonly keys: readonly string[];
  readonly exclusive?: boolean;
}
