// Where secrets come from, and taking them out of everything that is shown: the one place that wires src/secrets.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Vault } from "../../lib/ansible-vault.ts";
import type { Inventory } from "../../model/host.ts";
import type { SecretSources, Secrets } from "../../model/ports/secrets.ts";
import { ProblemError } from "../../model/problem.ts";
import { openSecrets } from "../../secrets/open.ts";
import { makeRedactor, type Redactor } from "../../secrets/redact.ts";
import type { Outside } from "../../secrets/sources.ts";
import type { Context } from "../command.ts";

/** The secrets of a project. Nothing is read before a secret is asked for. */
export function openSecretsOf(context: Context, { folder, secrets, secretValues }: ProjectSecrets): { readonly redactor: Redactor; readonly secrets: Secrets } {
  const sources = secrets === undefined ? {} : { sources: secrets };
  const redactor = makeRedactor();
  for (const value of secretValues?.values() ?? []) redactor.add(value);
  const opened = openSecrets({ ...outsideOf(context), stateFolder: join(folder, ".hlx"), ...sources });
  return { redactor, secrets: secretValues === undefined ? withoutOwn(opened) : withOwn(opened, secretValues) };
}

/** What the sources of secrets may touch. */
export function outsideOf(context: Context): Outside {
  const { env, home } = context.io;
  let vault: Promise<Vault> | undefined;
  return {
    env,
    home,
    readFile: (path) => readFile(path),
    run: async (argv) => (await import("../../lab/run.ts")).run(argv, { env }),
    openVault: async (envelope) => {
      vault ??= vaultOf(context);
      return (await vault)(envelope);
    },
  };
}

async function vaultOf(context: Context): Promise<Vault> {
  const [{ makeVault }, { vaultPasswordsOf }] = await Promise.all([import("../../lib/ansible-vault.ts"), import("./vault-passwords.ts")]);
  return makeVault(await vaultPasswordsOf(context));
}

/** Where the secrets of a project are. */
export interface ProjectSecrets {
  /** The inventory's folder, absolute. */
  readonly folder: string;
  /** As the inventory says it. */
  readonly secrets?: SecretSources;
  /** Values that the inventory itself holds, by name. */
  readonly secretValues?: ReadonlyMap<string, string>;
}

/** Where the secrets of an inventory are. */
export function secretsOf({ folder, secrets, secretValues }: Inventory): ProjectSecrets {
  return { folder, ...(secrets !== undefined && { secrets }), ...(secretValues !== undefined && { secretValues }) };
}

// What an inventory of Ansible's holds is looked up there; everything else where it always is.
function withOwn(secrets: Secrets, own: ReadonlyMap<string, string>): Secrets {
  return {
    ...secrets,
    resolve: async (names) => {
      const others = names.filter((name) => !own.has(name));
      const found = others.length === 0 ? new Map<string, string>() : await secrets.resolve(others);
      return new Map(names.map((name) => [name, own.get(name) ?? found.get(name) ?? ""]));
    },
  };
}

// A saved plan names the passwords that stand in an inventory of Ansible's, and does not carry them.
function withoutOwn(secrets: Secrets): Secrets {
  return {
    ...secrets,
    resolve: async (names) => {
      const own = names.find((name) => name.startsWith("inventory/"));
      if (own === undefined) return secrets.resolve(names);
      const [, host = "", key = ""] = own.split("/");
      throw new ProblemError({
        code: "missing",
        message: `${host}: its ${key} stands in the inventory, and a saved plan carries no passwords`,
        hint: "give it now: -k asks for the login's password, -K or --become-password-file for sudo's",
      });
    },
  };
}
