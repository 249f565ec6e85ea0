// Passwords and passphrases: asked for at most once, kept in memory only, and redacted from then on.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Credentials } from "../../model/ports/connection.ts";
import { ProblemError } from "../../model/problem.ts";
import { askSecret } from "../ask.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";

/** What the options say; `learn` is told every secret. Questions are asked one after the other. */
export function credentialsOf(context: Context, learn: (secret: string) => void): Credentials {
  const { given, io } = context;
  const known = new Map<string, Promise<string | undefined>>();
  let asking: Promise<unknown> = Promise.resolve();

  function ask(prompt: string): Promise<string> {
    const answer = asking.then(() => askSecret(io, prompt));
    asking = answer.catch(() => undefined);
    return answer;
  }

  function once(name: string, find: () => Promise<string | undefined>): Promise<string | undefined> {
    const found = known.get(name) ?? find().then(remember);
    known.set(name, found);
    return found;
  }

  function remember(secret: string | undefined): string | undefined {
    if (secret !== undefined) learn(secret);
    return secret;
  }

  async function become(): Promise<string | undefined> {
    const file = given.text("becomePasswordFile");
    if (file !== undefined) return firstLine(resolve(io.cwd, file));
    return given.flag("askBecomePass") ? ask("sudo password") : undefined;
  }

  return {
    password: (purpose) =>
      purpose === "become" ? once("become", become) : once("login", async () => (given.flag("askPass") ? ask("login password") : undefined)),
    passphrase: (file) => once(`key ${file}`, async () => (io.in.isTTY === true ? ask(`passphrase of ${visible(file)}`) : undefined)),
  };
}

async function firstLine(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "input", message: `cannot read the password file ${file}`, cause });
  });
  return text.split(/\r?\n/)[0] ?? "";
}
