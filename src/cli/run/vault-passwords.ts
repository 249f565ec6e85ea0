// Passwords for ansible-vault: from files, from a question, from the environment variable that Ansible reads.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { VaultPassword } from "../../lib/ansible-vault.ts";
import { ProblemError } from "../../model/problem.ts";
import { askSecret } from "../ask.ts";
import type { Context } from "../command.ts";
import type { Io } from "../io.ts";

// Inventory and secrets may both be opened with them: one invocation asks once.
const asked = new WeakMap<Io, Map<string, Promise<string>>>();

function ask(io: Io, prompt: string): Promise<string> {
  const before = asked.get(io) ?? new Map<string, Promise<string>>();
  asked.set(io, before);
  const answer = before.get(prompt) ?? askSecret(io, prompt);
  before.set(prompt, answer);
  return answer;
}

/** What --vault-password-file, --vault-id, --ask-vault-pass and ANSIBLE_VAULT_PASSWORD_FILE give, in this order. Throws ProblemError. */
export async function vaultPasswordsOf(context: Context): Promise<readonly VaultPassword[]> {
  const { given, io } = context;
  const named = [...given.texts("vaultPasswordFile").map((file) => ({ id: "default", file })), ...given.texts("vaultId").map(idAndFile)];
  const variable = io.env["ANSIBLE_VAULT_PASSWORD_FILE"] ?? "";
  const files = named.length === 0 && variable !== "" ? [{ id: "default", file: variable }] : named;
  const passwords: VaultPassword[] = [];
  for (const { id, file } of files)
    passwords.push({ id, password: file === "prompt" ? await ask(io, `vault password (${id})`) : await fromFile(file, context) });
  if (given.flag("askVaultPass")) passwords.push({ id: "default", password: await ask(io, "vault password") });
  return passwords;
}

interface Named {
  readonly id: string;
  readonly file: string;
}

function idAndFile(given: string): Named {
  const [, id, file] = /^([^@]+)@(.+)$/s.exec(given) ?? [];
  if (id !== undefined && file !== undefined) return { id, file };
  throw new ProblemError({ code: "usage", message: `--vault-id ${given}: not a label and a file`, hint: "write --vault-id LABEL@FILE, or LABEL@prompt" });
}

async function fromFile(file: string, { io }: Context): Promise<string> {
  const path = file.startsWith("~/") ? resolve(io.home, file.slice(2)) : resolve(io.cwd, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ProblemError({ code: "input", message: `cannot read the vault password file ${file}`, cause });
  });
  if (text.startsWith("#!"))
    throw new ProblemError({
      code: "input",
      message: `the vault password file ${file} is a script, which hlx does not run`,
      hint: "give what it prints: --vault-password-file <(./script)",
    });
  if (text.trim() === "") throw new ProblemError({ code: "input", message: `the vault password file ${file} is empty` });
  return text.trim();
}
