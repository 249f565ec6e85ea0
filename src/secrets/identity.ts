// The age identity of whoever runs hlx: opens the secrets file, and keys the hashes.
import { join } from "node:path";
import { ProblemError } from "../model/problem.ts";

export interface IdentitySource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readFile(path: string): Promise<Uint8Array>;
}

export interface IdentityFile {
  readonly path: string;
  /** `AGE-SECRET-KEY-…`, at least one; undefined when the file is not there. */
  readonly identities: readonly string[] | undefined;
}

/** Where the identity is, or would be. */
export function identityPath({ env, home }: Pick<IdentitySource, "env" | "home">): string {
  return env["HLX_AGE_KEY_FILE"] || join(home, ".config", "hlx", "age.txt");
}

/** Reads `HLX_AGE_KEY_FILE`, else `~/.config/hlx/age.txt`. Throws ProblemError when it cannot be read or holds no identity. */
export async function readIdentity({ env, home, readFile }: IdentitySource): Promise<IdentityFile> {
  const given = env["HLX_AGE_KEY_FILE"];
  const path = identityPath({ env, home });
  const content = await optional(path, readFile);
  if (content === undefined && given) throw new ProblemError({ code: "input", message: `reading HLX_AGE_KEY_FILE: there is no file ${path}` });
  if (content === undefined) return { path, identities: undefined };
  const identities = content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length > 0) return { path, identities };
  throw new ProblemError({
    code: "input",
    message: `reading the age identity ${path}: no line begins with AGE-SECRET-KEY-`,
    hint: "make one: hlx secrets init with another HLX_AGE_KEY_FILE, or age-keygen",
  });
}

/** The text of a file, or undefined when there is none. Throws ProblemError when it cannot be read. */
async function optional(path: string, readFile: IdentitySource["readFile"]): Promise<string | undefined> {
  try {
    return Buffer.from(await readFile(path)).toString("utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ProblemError({ code: "input", message: `reading ${path}: ${(thrown as Error).message}`, cause: thrown });
  }
}
