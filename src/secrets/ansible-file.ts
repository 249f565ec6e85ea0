// A secrets file of ansible-vault: encrypted as a whole, or YAML with values that are. Only read.
import { isVault, type Opened } from "../lib/ansible-vault.ts";
import { quote } from "../lib/quote.ts";
import { ProblemError } from "../model/problem.ts";

/** Opens one envelope with the passwords that were given; asks for them when it must. */
export type OpenVault = (envelope: string) => Promise<Opened>;

/** True for a file that is ansible-vault's, or YAML in which something is. */
export function isAnsibleFile(text: string): boolean {
  return isVault(text) || /:\s*!vault(-encrypted)?\s/.test(text);
}

/**
 * The values as they are written, all of them strings. Of a file that is not encrypted as a whole, those that came out of a vault and no others:
 * what stands there in plain text is no secret. Throws ProblemError that holds nothing of the content.
 */
export async function readAnsibleFile(file: string, text: string, open: OpenVault): Promise<unknown> {
  const whole = isVault(text);
  const { parseDocument, visit, isScalar } = await import("yaml");
  const document = parseDocument(whole ? await opened(file, text, open) : text, { schema: "failsafe", logLevel: "silent" });
  const [error] = document.errors;
  const shown = whole ? `what the ansible-vault file ${file} holds` : `the secrets file ${file}`;
  if (error !== undefined) throw new ProblemError({ code: "input", message: `${shown} is no YAML: ${error.code} in line ${error.linePos?.[0].line ?? "?"}` });
  const sealed: { value: unknown }[] = [];
  visit(document, {
    Pair: (_, { value }) => {
      if (!isScalar(value)) return undefined;
      if (isVaultTag(value.tag)) sealed.push(value);
      else if (!whole) return visit.REMOVE;
      return undefined;
    },
  });
  for (const scalar of sealed) scalar.value = await opened(file, String(scalar.value), open);
  return document.toJS({ maxAliasCount: 0 });
}

/** What is said where hlx would have to write it. */
export function onlyRead(file: string, text: string): ProblemError {
  const hint = isVault(text) ? `ansible-vault edit ${quote(file)}` : "ansible-vault encrypt_string makes a value to put there";
  return new ProblemError({ code: "input", message: `the secrets file ${file} is one of ansible-vault, which hlx only reads`, hint });
}

function isVaultTag(tag: string | undefined): boolean {
  return tag === "!vault" || tag === "!vault-encrypted";
}

async function opened(file: string, envelope: string, open: OpenVault): Promise<string> {
  const found = await open(envelope);
  if ("text" in found) return found.text;
  const hint = found.hint === undefined ? {} : { hint: found.hint };
  throw new ProblemError({ code: "input", message: `opening the ansible-vault values of ${file}: ${found.wrong}`, ...hint });
}
