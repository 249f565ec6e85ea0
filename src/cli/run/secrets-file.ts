// The secrets file that a command of hlx secrets means: found, opened, and written again.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import { encryptAge } from "../../secrets/age.ts";
import { openSecretsFile } from "../../secrets/age-file.ts";
import { sourcesOf } from "../../secrets/open.ts";
import { recipientsFor } from "../../secrets/recipients.ts";
import { writeWhole } from "../../secrets/write.ts";
import type { Context } from "../command.ts";
import { readProject } from "./project.ts";
import { outsideOf } from "./secrets.ts";

export interface OpenFile {
  readonly file: string;
  /** Decrypted. */
  readonly text: string;
  /** Encrypts this instead, for the same recipients. Throws ProblemError when somebody else wrote the file meanwhile. */
  save(text: string): Promise<void>;
}

/** Decrypts the file. Throws ProblemError when there is none, or it cannot be opened. */
export async function openFile(context: Context): Promise<OpenFile> {
  const file = await needFile(context);
  const outside = outsideOf(context);
  const { content, text } = await openSecretsFile(file, outside);
  const save = async (next: string): Promise<void> => {
    const recipients = await recipientsFor(file, content, outside);
    if (!content.equals(Buffer.from(await outside.readFile(file)))) throw changedMeanwhile(file);
    await writeWhole(file, await encryptAge(next, recipients), context.io.randomHex(8));
  };
  return { file, text, save };
}

/** The same file; throws ProblemError when there is none. */
export async function needFile(context: Context): Promise<string> {
  const file = await fileOf(context);
  if (file !== undefined) return file;
  throw new ProblemError({ code: "usage", message: "the inventory names no secrets file", hint: "hlx secrets init, or --file FILE" });
}

/** --file, else the first file that the inventory names; undefined when it names none. Absolute. */
export async function fileOf(context: Context): Promise<string | undefined> {
  const { given, io } = context;
  const written = given.text("file");
  if (written !== undefined) return resolve(io.cwd, written);
  const named = given.texts("inventory").length > 0 || existsSync(resolve(io.cwd, "inventory.yaml"));
  const sources = named ? sourcesOf((await readProject(context)).inventory.secrets) : [];
  return sources.flatMap((source) => ("file" in source ? [source.file] : []))[0];
}

function changedMeanwhile(file: string): ProblemError {
  return new ProblemError({ code: "stale", message: `${file} was changed by somebody else meanwhile: nothing was written`, hint: "do it again" });
}
