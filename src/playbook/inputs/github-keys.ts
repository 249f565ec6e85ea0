// The public keys of a GitHub account.
import { ProblemError } from "../../model/problem.ts";
import type { Input } from "../../model/role.ts";
import { isPublicKey } from "./public-keys.ts";
import type { InputSource, LookingUp } from "./source.ts";

type GithubKeys = Extract<Input, { input: "github-keys" }>;
// GitHub's rule for account names: letters, digits and single hyphens inside, at most 39.
const account = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/;
const maxCharacters = 64 * 1024;
const deadlineMs = 10_000;

/** From https://github.com/USER.keys, one a line; locked once fetched. Anything that is not a public key is refused. */
export const githubKeysSource: InputSource<GithubKeys> = { input: "github-keys", lockedAs: ({ user }) => user.toLowerCase(), resolve };

async function resolve({ user }: GithubKeys, { fetch }: LookingUp): Promise<string> {
  if (!account.test(user)) throw refused(user, "that is no GitHub account name");
  const body = await download(user, fetch);
  const lines = body.split(/\r?\n/).filter((line) => line !== "");
  if (lines.length === 0) throw refused(user, "the account has no public keys");
  if (!lines.every(isPublicKey)) throw refused(user, "what came back is not a list of public keys");
  return `${lines.join("\n")}\n`;
}

async function download(user: string, fetch: LookingUp["fetch"]): Promise<string> {
  try {
    const response = await fetch(`https://github.com/${user}.keys`, { redirect: "error", signal: AbortSignal.timeout(deadlineMs) });
    if (!response.ok) throw refused(user, `github.com answered ${response.status}`);
    return await capped(user, response);
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw new ProblemError({
      code: "unreachable",
      message: `fetching the keys of GitHub's ${user}: ${reason(cause)}`,
      hint: "once fetched they are kept in hlx.lock",
      cause,
    });
  }
}

async function capped(user: string, response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let body = "";
  for await (const chunk of response.body ?? []) {
    body += decoder.decode(chunk, { stream: true });
    if (body.length > maxCharacters) throw refused(user, "the answer is longer than 64 KiB");
  }
  return body;
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}

function refused(user: string, because: string): ProblemError {
  return new ProblemError({ code: "input", message: `fetching the keys of GitHub's ${JSON.stringify(user)}: ${because}` });
}
