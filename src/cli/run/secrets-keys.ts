// hlx secrets init and rekey: identities and recipients.
import { mkdir } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import { encryptAge } from "../../secrets/age.ts";
import { openSecretsFile } from "../../secrets/age-file.ts";
import { identityPath, readIdentity } from "../../secrets/identity.ts";
import { ownRecipients, readRecipients, recipientsFile, recipientsFor } from "../../secrets/recipients.ts";
import { writeNew, writeWhole } from "../../secrets/write.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";
import { outsideOf } from "./secrets.ts";
import { fileOf, needFile } from "./secrets-file.ts";

/** Makes what is not there yet: the identity, the file, its recipients. Overwrites nothing. */
export async function initSecrets(context: Context): Promise<void> {
  const { io, printer } = context;
  const outside = outsideOf(context);
  const named = await fileOf(context);
  const file = named ?? resolve(io.cwd, "secrets.yaml");
  await refuseThere(file, outside.readFile);
  await initIdentity(context);
  const own = await ownRecipients(outside);
  const recipients = (await readRecipients(file, outside)) ?? own.slice(0, 1);
  await writeNew(file, await encryptAge("# NAME: value, or maps of them: !secret a.b names b below a\n", recipients));
  await writeWhole(recipientsFile(file), recipientLines(recipients), io.randomHex(8));
  printer.out([`Made ${visible(file)}, encrypted for ${recipients.length === 1 ? "you" : `${recipients.length} recipients`}.`]);
  const hint = named === undefined ? `write \`secrets: ${visible(relative(io.cwd, file))}\` into the inventory, then: ` : "";
  printer.out([`Next: ${hint}hlx secrets set NAME`]);
}

/** Encrypts for those who are written down, with --add and without --remove, and writes them down. */
export async function rekeySecrets(context: Context): Promise<void> {
  const { given, io, printer } = context;
  const outside = outsideOf(context);
  const file = await needFile(context);
  const { content, text } = await openSecretsFile(file, outside);
  const before = (await readRecipients(file, outside)) ?? (await recipientsFor(file, content, outside));
  const next = changed(before, given.texts("add"), given.texts("remove"));
  const own = await ownRecipients(outside);
  if (!own.some((recipient) => next.includes(recipient)))
    throw new ProblemError({ code: "risk", message: "you would not be able to read it yourself afterwards", hint: `add yours: --add ${own[0] ?? ""}` });
  await writeWhole(file, await encryptAge(text, next), io.randomHex(8));
  await writeWhole(recipientsFile(file), recipientLines(next), io.randomHex(8));
  printer.out([`${visible(file)} is encrypted for:`, ...next.map((recipient) => `  ${visible(recipient)}`)]);
  if (given.texts("remove").length > 0) printer.out(["Who was removed has read the old values: hlx secrets rotate NAME makes new ones."]);
}

async function initIdentity(context: Context): Promise<void> {
  const { io, printer } = context;
  const path = identityPath(io);
  const outside = outsideOf(context);
  const there = await outside.readFile(path).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => thrown.code !== "ENOENT",
  );
  if (there) return void (await readIdentity(outside));
  const { generateIdentity, identityToRecipient } = await import("age-encryption");
  const identity = await generateIdentity();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeNew(path, `# created by hlx: ${io.now().toISOString()}\n# public key: ${await identityToRecipient(identity)}\n${identity}\n`);
  printer.out([`Made your age identity ${visible(path)}: keep a copy where it is safe, without it nobody can read the secrets.`]);
}

async function refuseThere(file: string, readFile: (path: string) => Promise<unknown>): Promise<void> {
  const there = await readFile(file).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => thrown.code !== "ENOENT",
  );
  if (there) throw new ProblemError({ code: "usage", message: `${file} is there already: nothing was made`, hint: "hlx secrets list, or edit" });
}

function changed(before: readonly string[], add: readonly string[], remove: readonly string[]): readonly string[] {
  const strange = remove.find((recipient) => !before.includes(recipient));
  if (strange !== undefined)
    throw new ProblemError({ code: "usage", message: `"${strange}" is none of its recipients`, hint: `they are: ${before.join(", ")}` });
  return [...new Set([...before, ...add])].filter((recipient) => !remove.includes(recipient));
}

function recipientLines(recipients: readonly string[]): string {
  return `# Who can read the secrets file: public keys of age. After a change by hand: hlx secrets rekey\n${recipients.join("\n")}\n`;
}
