// Where secrets come from, and taking them out of everything that is shown: the one place that wires src/secrets.
import type { Secrets } from "../../model/ports/secrets.ts";
import { ProblemError } from "../../model/problem.ts";
import type { Context } from "../command.ts";
import type { Redact } from "../printer.ts";

export interface Redactor {
  readonly redact: Redact;
  /** From now on this value is never shown. */
  add(secret: string): void;
}

/** The secrets of a project. Nothing is read before a secret is asked for. */
export async function openSecretsOf(
  _context: Context,
  options: { readonly secrets?: string },
): Promise<{ readonly redactor: Redactor; readonly secrets: Secrets }> {
  return { redactor: byValue(), secrets: noSecrets(options.secrets) };
}

function byValue(): Redactor {
  const known = new Set<string>();
  const longestFirst = (): readonly string[] => [...known].sort((a, b) => b.length - a.length);
  return {
    add: (secret) => {
      if (secret.length > 3) for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) known.add(form);
    },
    redact: (text) => longestFirst().reduce((left, secret) => left.replaceAll(secret, "(sensitive)"), text),
  };
}

function noSecrets(file: string | undefined): Secrets {
  const refuse = async (): Promise<never> => {
    throw new ProblemError({
      code: "input",
      message: file === undefined ? "the inventory names no secrets file" : `cannot read secrets from ${file}`,
      hint: "write secrets: FILE in the inventory",
    });
  };
  return { resolve: refuse, key: refuse };
}
