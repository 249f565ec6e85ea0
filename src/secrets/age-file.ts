// The secrets file: YAML encrypted with age, armored or not, or a file of sops or of ansible-vault. Never plain text.
import { quote } from "../lib/quote.ts";
import { isMissing } from "../lib/why.ts";
import { ProblemError } from "../model/problem.ts";
import { decryptAge, isAge } from "./age.ts";
import { isAnsibleFile, type OpenVault, onlyRead, readAnsibleFile } from "./ansible-file.ts";
import { type IdentitySource, readIdentity } from "./identity.ts";
import { isSops, openSops, SopsError } from "./sops.ts";

/** What opens a secrets file: an identity, or the passwords of ansible-vault. */
export interface FileSource extends IdentitySource {
  readonly openVault: OpenVault;
}

/** Decrypts and parses the file. Nothing of its content is in a problem. Throws ProblemError when it is plain text, not for us, or no YAML. */
export async function readSecretsFile(file: string, source: FileSource): Promise<unknown> {
  const content = await read(file, source);
  const text = content.toString("utf8");
  if (!isAge(content) && isAnsibleFile(text)) return readAnsibleFile(file, text, source.openVault);
  return isAge(content) ? valuesIn(file, await decrypted(file, content, source)) : fromSops(file, content, source);
}

/** The decrypted text of a file that age encrypted. Throws ProblemError as above; those of sops and ansible-vault are written by their own tools. */
export async function openSecretsFile(file: string, source: IdentitySource): Promise<{ readonly content: Buffer; readonly text: string }> {
  const content = await read(file, source);
  if (isAge(content)) return { content, text: await decrypted(file, content, source) };
  if (isAnsibleFile(content.toString("utf8"))) throw onlyRead(file, content.toString("utf8"));
  if (isSops((await parse(content.toString("utf8"))).document))
    throw new ProblemError({ code: "input", message: `the secrets file ${file} is one of sops, which hlx only reads`, hint: `sops ${quote(file)}` });
  throw plain(file);
}

/** Throws ProblemError when the file is not there or is plain text: what can be known of it without what opens it. */
export async function refusePlainFile(file: string, source: Pick<FileSource, "readFile">): Promise<void> {
  const content = await read(file, source);
  const text = content.toString("utf8");
  if (!isAge(content) && !isAnsibleFile(text) && !isSops((await parse(text)).document)) throw plain(file);
}

/** Undefined when the text is YAML with a map or nothing in it; else what is wrong, without a word of the text. */
export async function wrongYaml(text: string): Promise<string | undefined> {
  const { document, wrong } = await parse(text);
  if (wrong !== undefined) return wrong;
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return value === null || (typeof value === "object" && !Array.isArray(value)) ? undefined : "it is not a map of names and values";
}

async function fromSops(file: string, content: Buffer, source: IdentitySource): Promise<unknown> {
  const { document } = await parse(content.toString("utf8"));
  if (!isSops(document)) throw plain(file);
  const { path, identities } = await readIdentity(source);
  if (identities === undefined) throw noIdentity(file, path);
  try {
    return await openSops(document, identities);
  } catch (thrown) {
    const said = thrown instanceof SopsError ? thrown.message : "it is damaged";
    throw new ProblemError({ code: "input", message: `opening the sops file ${file} with the identity ${path}: ${said}` });
  }
}

async function read(file: string, { readFile }: Pick<IdentitySource, "readFile">): Promise<Buffer> {
  try {
    return Buffer.from(await readFile(file));
  } catch (thrown) {
    if (isMissing(thrown))
      throw new ProblemError({
        code: "missing",
        message: `there is no secrets file ${file}, which the inventory names`,
        hint: "hlx secrets init makes one",
        cause: thrown,
      });
    throw new ProblemError({ code: "input", message: `reading the secrets file ${file}: ${(thrown as Error).message}`, cause: thrown });
  }
}

async function decrypted(file: string, content: Buffer, source: IdentitySource): Promise<string> {
  const { path, identities } = await readIdentity(source);
  if (identities === undefined) throw noIdentity(file, path);
  try {
    return await decryptAge(content, identities);
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : "no reason given";
    throw new ProblemError({
      code: "input",
      message: `decrypting the secrets file ${file} with the identity ${path}: ${said}`,
      hint: "is it encrypted for this identity? somebody who can read it must add yours: hlx secrets rekey --add RECIPIENT (age-keygen -y shows it)",
    });
  }
}

async function valuesIn(file: string, text: string): Promise<unknown> {
  const { document, wrong } = await parse(text);
  if (wrong === undefined) return document.toJS({ maxAliasCount: 0 });
  throw new ProblemError({ code: "input", message: `the decrypted secrets file ${file} is no YAML: ${wrong}` });
}

// No text of the parser's: it would quote the secrets.
async function parse(text: string) {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: true, logLevel: "silent" });
  const [error] = document.errors;
  return { document, wrong: error === undefined ? undefined : `${error.code} in line ${error.linePos?.[0].line ?? "?"}` };
}

function plain(file: string): ProblemError {
  const hint = `encrypt it, then remove the plain one from disk and git: age -a -r RECIPIENT -o ${quote(`${file}.age`)} ${quote(file)} (age-keygen -y ~/.config/hlx/age.txt shows your recipient)`;
  return new ProblemError({ code: "input", message: `the secrets file ${file} is not encrypted with age`, hint });
}

function noIdentity(file: string, path: string): ProblemError {
  const hint = "put yours there, or say where it is in HLX_AGE_KEY_FILE; a new one: hlx secrets init";
  return new ProblemError({ code: "input", message: `decrypting the secrets file ${file}: there is no age identity ${path}`, hint });
}
