// hlx secrets list, get, set and rotate.
import { didYouMean } from "../../lib/suggest.ts";
import { ProblemError } from "../../model/problem.ts";
import { readSecretsFile } from "../../secrets/age-file.ts";
import { generate } from "../../secrets/generate.ts";
import { isName, namesIn, valueAt, withValue } from "../../secrets/names.ts";
import { askSecret } from "../ask.ts";
import type { Context } from "../command.ts";
import { visible } from "../views/escape.ts";
import { outsideOf } from "./secrets.ts";
import { needFile, openFile } from "./secrets-file.ts";

/** The names, never a value. */
export async function listSecrets(context: Context): Promise<void> {
  const names = namesIn(await contentOf(context));
  if (context.given.flag("json")) context.printer.document({ format: 1, document: "secrets", names });
  else context.printer.out(names.length === 0 ? ["No secrets yet.  Next: hlx secrets set NAME"] : names.map(visible));
}

/** One value, where somebody asked for it to be seen. */
export async function getSecret(context: Context, name: string): Promise<void> {
  const { given, io, printer } = context;
  const [show, raw] = [given.flag("show"), given.flag("raw")];
  if (show === raw) throw usage("a secret is shown only on demand", "--show for a terminal, --raw for a pipe");
  if (show && io.out.isTTY !== true) throw usage("--show is for a terminal, and standard output is none", "--raw writes the value to a pipe");
  const content = await contentOf(context);
  const value = valueAt(content, name);
  if (value === undefined) throw unknownName(name, namesIn(content));
  if (raw) printer.raw(value);
  else printer.out(value.split("\n"));
}

/** The value from a question without echo, or from standard input. */
export async function setSecret(context: Context, name: string): Promise<void> {
  refuseName(name);
  const opened = await openFile(context);
  const value = await typedOrPiped(context, name);
  if (value === "") throw new ProblemError({ code: "usage", message: `the value of "${name}" is empty: nothing was written` });
  await opened.save(await withValue(opened.text, name, value));
  context.printer.out([`Set ${name} in ${visible(opened.file)}.`]);
}

/** A new random value. */
export async function rotateSecret(context: Context, name: string): Promise<void> {
  refuseName(name);
  const { given, printer } = context;
  const value = generate({ length: given.number("length") ?? 32, alphabet: given.text("alphabet") ?? "alphanumeric" });
  const opened = await openFile(context);
  await opened.save(await withValue(opened.text, name, value));
  printer.out([`${name} has a new value.  Next: hlx plan shows what takes it up`]);
}

async function contentOf(context: Context): Promise<unknown> {
  return readSecretsFile(await needFile(context), outsideOf(context));
}

async function typedOrPiped({ io }: Context, name: string): Promise<string> {
  if (io.in.isTTY === true) {
    const value = await askSecret(io, `value of ${name}`);
    if (value === (await askSecret(io, "once more"))) return value;
    throw new ProblemError({ code: "usage", message: "the two were not the same: nothing was written" });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of io.in) chunks.push(Buffer.from(chunk));
  // The line feed is that of `echo`, not the value's.
  return decoded(Buffer.concat(chunks)).replace(/\r?\n$/, "");
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProblemError({ code: "usage", message: "the value is not UTF-8 text: nothing was written", hint: "base64 -w0 makes text of it" });
  }
}

function refuseName(name: string): void {
  if (!isName(name)) throw usage(`"${name}" is no name for a secret`, "letters, digits, - and _, with dots between: pihole.password");
}

function unknownName(name: string, names: readonly string[]): ProblemError {
  return new ProblemError({ code: "usage", message: `there is no secret "${name}"`, hint: didYouMean(name, names) ?? "hlx secrets list shows the names" });
}

function usage(message: string, hint: string): ProblemError {
  return new ProblemError({ code: "usage", message, hint });
}
