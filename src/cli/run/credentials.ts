// Passwords and passphrases: asked for at most once, kept in memory only, and redacted from then on.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { kept } from "../../lib/kept.ts";
import { why } from "../../lib/why.ts";
import type { Credentials } from "../../model/ports/connection.ts";
import type { Secrets } from "../../model/ports/secrets.ts";
import { ProblemError } from "../../model/problem.ts";
import type { SecretRef } from "../../model/text.ts";
import { askSecret } from "../ask.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";

export interface Known {
  /** Is told every secret. */
  learn(secret: string): void;
  /** Where the passwords are that the inventory names. */
  readonly secrets?: Secrets;
}

/** What the options say, then what the inventory names for the host. Questions are asked one after the other. */
export function credentialsOf(context: Context, { learn, secrets }: Known): Credentials {
  const { given, io } = context;
  const known = new Map<string, Promise<string | undefined>>();
  let asking: Promise<unknown> = Promise.resolve();

  function ask(prompt: string): Promise<string> {
    const answer = asking.then(() => askSecret(io, prompt));
    asking = answer.catch(() => undefined);
    return answer;
  }

  function once(name: string, find: () => Promise<string | undefined>): Promise<string | undefined> {
    return kept(known, name, () => find().then(remember));
  }

  function remember(secret: string | undefined): string | undefined {
    if (secret !== undefined) learn(secret);
    return secret;
  }

  async function become(): Promise<string | undefined> {
    const file = given.text("becomePasswordFile");
    if (file !== undefined) return firstLine(file, io.cwd);
    return given.flag("askBecomePass") ? ask("sudo password") : undefined;
  }

  const login = async (): Promise<string | undefined> => (given.flag("askPass") ? ask("login password") : undefined);

  async function named(reference: SecretRef | undefined): Promise<string | undefined> {
    if (reference === undefined || secrets === undefined) return undefined;
    return remember((await secrets.resolve([reference.secret])).get(reference.secret));
  }

  return {
    password: async (purpose, { login: host }) =>
      purpose === "become" ? ((await once("become", become)) ?? named(host.becomePassword)) : ((await once("login", login)) ?? named(host.password)),
    passphrase: (file) => once(`key ${file}`, async () => (io.in.isTTY === true ? ask(`passphrase of ${visible(file)}`) : undefined)),
  };
}

async function firstLine(file: string, cwd: string): Promise<string> {
  const text = await readFile(resolve(cwd, file), "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "usage", message: `--become-password-file ${file}: ${why(cause)}`, cause });
  });
  return text.split(/\r?\n/)[0] ?? "";
}
