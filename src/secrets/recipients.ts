// For whom a secrets file is encrypted: FILE.recipients beside it, one a line as `age -R` reads them; public, and kept in git.
import { ProblemError } from "../model/problem.ts";
import { recipientsCounted } from "./age.ts";
import { type IdentitySource, readIdentity } from "./identity.ts";

/** Where the recipients of a secrets file are written. */
export function recipientsFile(file: string): string {
  return `${file}.recipients`;
}

/** Those that are written down, with their comments left out; undefined when there is no such file. */
export async function readRecipients(file: string, { readFile }: IdentitySource): Promise<readonly string[] | undefined> {
  try {
    const lines = Buffer.from(await readFile(recipientsFile(file)))
      .toString("utf8")
      .split("\n");
    return lines.map((line) => line.replace(/\s*#.*$/, "").trim()).filter((line) => line !== "");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ProblemError({ code: "input", message: `reading ${recipientsFile(file)}: ${(thrown as Error).message}`, cause: thrown });
  }
}

/** The recipients of one's own identities. Throws ProblemError when there are none. */
export async function ownRecipients(source: IdentitySource): Promise<readonly string[]> {
  const { identityToRecipient } = await import("age-encryption");
  const { path, identities } = await readIdentity(source);
  if (identities === undefined) throw new ProblemError({ code: "input", message: `there is no age identity ${path}`, hint: "make one: hlx secrets init" });
  return Promise.all(identities.map((identity) => identityToRecipient(identity)));
}

/**
 * For whom the file is to be encrypted again after a change: those that are written down, else oneself.
 * Throws ProblemError when the file is encrypted for another number of recipients: somebody would silently lose or win access.
 */
export async function recipientsFor(file: string, content: Buffer, source: IdentitySource): Promise<readonly string[]> {
  const written = await readRecipients(file, source);
  const [own = ""] = await ownRecipients(source);
  const recipients = written ?? [own];
  const counted = await recipientsCounted(content);
  if (counted === recipients.length) return recipients;
  throw new ProblemError({
    code: "input",
    message: `${file} is encrypted for ${counted} recipient${counted === 1 ? "" : "s"}, ${written === undefined ? "and nothing says which" : `${recipientsFile(file)} names ${recipients.length}`}`,
    hint: written === undefined ? `write them, one a line, to ${recipientsFile(file)}` : "look at them, then: hlx secrets rekey",
  });
}
