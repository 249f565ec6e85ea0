// What a scheduled check would miss of the environment: paths go into the unit, secrets never do.
import { resolve } from "node:path";
import type { SecretSource, SecretSources } from "../../model/ports/secrets.ts";
import { sourcesOf } from "../../secrets/open.ts";
import type { Io } from "../io.ts";

/** Variables that hold a path, absolute, and whose files are trusted: nothing secret, so they stand in the unit. */
export function carriedBy({ env, cwd }: Pick<Io, "env" | "cwd">): Readonly<Record<string, string>> {
  const carried = paths.flatMap((name) => (env[name] ? [[name, resolve(cwd, env[name])] as const] : []));
  return Object.fromEntries([...carried, ...(env["HLX_ANY_OWNER"] === "1" ? [["HLX_ANY_OWNER", "1"] as const] : [])]);
}

/** Names of variables that are set now and that secrets come from: a unit can be read by anybody, so they are not carried over. */
export function missedOf(sources: SecretSources | undefined, { env }: Pick<Io, "env">): readonly string[] {
  const read = sourcesOf(sources).map(readsOf);
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && (name.startsWith("HLX_SECRET_") || read.some((reads) => reads(name))))
    .sort();
}

const paths = ["HLX_AGE_KEY_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"];

function readsOf(source: SecretSource): (name: string) => boolean {
  if ("env" in source) return (name) => name.startsWith(source.env);
  if (!("vault" in source)) return () => false;
  return (name) => name === "VAULT_TOKEN" || name === source.vault.appRole?.secretIdEnv;
}
