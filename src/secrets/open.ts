// Where secret values come from: the environment first, then the encrypted file that the inventory names.

import type { Secrets } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import { readSecretsFile } from "./age-file.ts";
import { type IdentitySource, readIdentity } from "./identity.ts";
import { keyFromIdentity, keyInFolder } from "./key.ts";
import { valueAt } from "./names.ts";

export interface SecretsOptions extends IdentitySource {
  /** The inventory's `secrets:`, absolute. */
  readonly file?: string;
  /** Where the project's own key lies when there is no identity. */
  readonly stateFolder: string;
}

/** The secrets of one run. Nothing is read before it is asked for; the file is decrypted once. */
export function openSecrets(options: SecretsOptions): Secrets {
  let content: Promise<unknown> | undefined;
  const fromFile = (): Promise<unknown> => {
    content ??= options.file === undefined ? Promise.resolve(undefined) : readSecretsFile(options.file, options);
    return content;
  };
  return {
    resolve: async (names) => {
      const given = new Map(names.map((name) => [name, options.env[variableOf(name)]]));
      const rest = names.some((name) => given.get(name) === undefined) ? await fromFile() : undefined;
      const found = names.map((name) => [name, given.get(name) ?? valueAt(rest, name)] as const);
      refuseMissing(found, options.file);
      return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    },
    key: async () => {
      const { identities } = await readIdentity(options);
      const [first] = identities ?? [];
      return first === undefined ? keyInFolder(options.stateFolder) : keyFromIdentity(first);
    },
  };
}

/** The variable that a secret is looked for in: `HLX_SECRET_PIHOLE_PASSWORD` for `pihole.password`. */
export function variableOf(name: string): string {
  return `HLX_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
}

function refuseMissing(found: readonly (readonly [string, string | undefined])[], file: string | undefined): void {
  const missing = found.filter(([, value]) => value === undefined).map(([name]) => name);
  const [first] = missing;
  if (first === undefined) return;
  const where = file === undefined ? "the inventory names no secrets file" : `looked in ${file}`;
  const names = missing.map((name) => `"${name}"`).join(", ");
  const hint = `set ${missing.map(variableOf).join(", ")}${file === undefined ? ", or name an age-encrypted file in the inventory's `secrets:`" : `, or add ${missing.length === 1 ? "it" : "them"} to the file`}`;
  throw new ProblemError({
    code: "missing",
    message: `no value for the secret${missing.length === 1 ? "" : "s"} ${names}: ${where} and in the environment`,
    hint,
  });
}
