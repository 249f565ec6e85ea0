// Where secrets come from, and taking them out of everything that is shown: the one place that wires src/secrets.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Secrets } from "../../model/ports/secrets.ts";
import { openSecrets } from "../../secrets/open.ts";
import { makeRedactor, type Redactor } from "../../secrets/redact.ts";
import type { Context } from "../command.ts";

/** The secrets of a project. Nothing is read before a secret is asked for. */
export function openSecretsOf(
  { io }: Context,
  { folder, secrets }: { readonly folder: string; readonly secrets?: string },
): { readonly redactor: Redactor; readonly secrets: Secrets } {
  const file = secrets === undefined ? {} : { file: secrets };
  return {
    redactor: makeRedactor(),
    secrets: openSecrets({ env: io.env, home: io.home, readFile: (path) => readFile(path), stateFolder: join(folder, ".hlx"), ...file }),
  };
}
