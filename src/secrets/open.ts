// Where secret values come from: the environment first, then the sources that the inventory names, in their order.
import type { SecretSource, SecretSources, Secrets } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import { readIdentity } from "./identity.ts";
import { keyFromIdentity, keyInFolder } from "./key.ts";
import { capitals, type Lookup, lookupIn, type Outside, sourceName } from "./sources.ts";

export interface SecretsOptions extends Outside {
  /** The inventory's `secrets:`, files absolute. */
  readonly sources?: SecretSources;
  /** Where the project's own key lies when there is no identity. */
  readonly stateFolder: string;
}

/** The secrets of one run. Nothing is read before it is asked for; each source is opened once, and only for names that none before it has. */
export function openSecrets(options: SecretsOptions): Secrets {
  const sources = sourcesOf(options.sources);
  const lookups = sources.map((source) => lookupIn(source, options));
  return {
    resolve: async (names) => {
      const found = new Map<string, string>();
      for (const name of names) {
        const value = options.env[variableOf(name)] ?? (await firstOf(lookups, name));
        if (value !== undefined) found.set(name, value);
      }
      refuseMissing(
        names.filter((name) => !found.has(name)),
        sources,
      );
      return found;
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
  return `HLX_SECRET_${capitals(name)}`;
}

/** One file, or a list of sources, as a list. */
export function sourcesOf(sources: SecretSources | undefined): readonly SecretSource[] {
  return typeof sources === "string" ? [{ file: sources }] : (sources ?? []);
}

async function firstOf(lookups: readonly Lookup[], name: string): Promise<string | undefined> {
  for (const lookup of lookups) {
    const value = await lookup(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function refuseMissing(missing: readonly string[], sources: readonly SecretSource[]): void {
  if (missing.length === 0) return;
  const none = sources.length === 0;
  const where = none
    ? "the inventory names no secrets file, and the environment has none"
    : `looked in ${sources.map(sourceName).join(", ")} and in the environment`;
  const [only] = missing;
  const made = missing.length === 1 ? `; hlx secrets rotate ${only} makes a random one` : "";
  const add = missing.length === 1 ? `hlx secrets set ${only}` : "hlx secrets edit";
  const file = none
    ? "name an age-encrypted file in the inventory's `secrets:` (hlx secrets init makes one)"
    : `add ${missing.length === 1 ? "it" : "them"}: ${add}`;
  throw new ProblemError({
    code: "missing",
    message: `no value for the secret${missing.length === 1 ? "" : "s"} ${missing.map((name) => `"${name}"`).join(", ")}: ${where}`,
    hint: `set ${missing.map(variableOf).join(", ")}, or ${file}${made}`,
  });
}
