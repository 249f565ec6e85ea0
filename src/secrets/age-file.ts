// The secrets file: YAML encrypted with age, armored or not. Never plain text.
import { quote } from "../lib/quote.ts";
import { ProblemError } from "../model/problem.ts";
import { type IdentitySource, readIdentity } from "./identity.ts";

const armorStart = "-----BEGIN AGE ENCRYPTED FILE-----";
const binaryStart = "age-encryption.org/v1";

/** Decrypts and parses the file. Nothing of its content is in a problem. Throws ProblemError when it is plain text, not for us, or no YAML. */
export async function readSecretsFile(file: string, source: IdentitySource): Promise<unknown> {
  const content = await read(file, source);
  const armored = content.subarray(0, armorStart.length).toString("latin1") === armorStart;
  if (!armored && content.subarray(0, binaryStart.length).toString("latin1") !== binaryStart) throw plain(file);
  const { path, identities } = await readIdentity(source);
  if (identities === undefined) throw noIdentity(file, path);
  return parseYaml(file, await decrypt({ file, path, identities, content, armored }));
}

async function read(file: string, { readFile }: IdentitySource): Promise<Buffer> {
  try {
    return Buffer.from(await readFile(file));
  } catch (thrown) {
    throw new ProblemError({ code: "input", message: `reading the secrets file ${file}: ${(thrown as Error).message}`, cause: thrown });
  }
}

interface Encrypted {
  readonly file: string;
  readonly path: string;
  readonly identities: readonly string[];
  readonly content: Buffer;
  readonly armored: boolean;
}

async function decrypt({ file, path, identities, content, armored }: Encrypted): Promise<string> {
  const { Decrypter, armor } = await import("age-encryption");
  try {
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    return await decrypter.decrypt(armored ? armor.decode(content.toString("latin1")) : content, "text");
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : "no reason given";
    throw new ProblemError({
      code: "input",
      message: `decrypting the secrets file ${file} with the identity ${path}: ${said}`,
      hint: "is it encrypted for this identity? somebody who can read it must encrypt it again for yours: age-keygen -y shows the recipient",
    });
  }
}

// No cause and no text of the parser's: both would quote the secrets.
async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error === undefined) return document.toJS({ maxAliasCount: 0 });
  throw new ProblemError({ code: "input", message: `the decrypted secrets file ${file} is no YAML: ${error.code} in line ${error.linePos?.[0].line ?? "?"}` });
}

function plain(file: string): ProblemError {
  const hint = `encrypt it, then remove the plain one from disk and git: age -a -r RECIPIENT -o ${quote(`${file}.age`)} ${quote(file)} (age-keygen -y ~/.config/hlx/age.txt shows your recipient)`;
  return new ProblemError({ code: "input", message: `the secrets file ${file} is not encrypted with age`, hint });
}

function noIdentity(file: string, path: string): ProblemError {
  const hint = `put yours there, or say where it is in HLX_AGE_KEY_FILE; a new one: age-keygen -o ${quote(path)}`;
  return new ProblemError({ code: "input", message: `decrypting the secrets file ${file}: there is no age identity ${path}`, hint });
}
