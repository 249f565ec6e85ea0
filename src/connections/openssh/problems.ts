// Why ssh did not log in: from the keys it was shown and how it ended; its words are quoted as data.
import type { Problem } from "../../model/problem.ts";
import { judge } from "../ssh/known-hosts.ts";
import { readKnownHosts } from "../ssh/known-hosts-file.ts";
import { printable, refusedKey } from "../ssh/problems.ts";
import type { SshTarget } from "../ssh/target.ts";
import type { SshCommand } from "./args.ts";

export interface NotIn {
  readonly command: SshCommand;
  readonly user: string;
  /** Keys that the host showed, in order; none when it was not reached. */
  readonly keys: readonly Buffer[];
  /** How it ended: "status 255". */
  readonly why: string;
  /** What it printed, at most a few KiB. */
  readonly said: string;
}

/** `trust` when known_hosts does not know the key that was shown, else `unreachable`. */
export async function notIn({ command, user, keys, why, said }: NotIn): Promise<Problem> {
  const { name, login, knownHosts } = command;
  const target: SshTarget = { name, address: login.address, port: login.port ?? 22, user, keyFiles: [], onlyKeyFiles: false, knownHosts };
  const refused = await refusedIn(target, keys);
  const words = printable(said) === "" ? "" : `: ${JSON.stringify(printable(said))}`;
  if (refused === "certificate") {
    const hint = "is its authority in known_hosts (@cert-authority), does the certificate name this address, and is it still valid? ssh -v shows";
    return { code: "trust", message: `${user}@${login.address} showed a certificate, and ssh did not log in (${why})${words}`, hint };
  }
  if (refused !== undefined) return { ...refused, message: `${refused.message}${words === "" ? "" : `; ssh said${words}`}` };
  const [what, hint] = keys.length === 0 ? reachFailed : loginFailed;
  return { code: "unreachable", message: `${what} ${user}@${login.address} by ssh (${why})${words}`, hint };
}

const reachFailed = ["could not connect to", "is it on, are address and port right, and is the way there open? ssh -v shows each step"] as const;
const loginFailed = ["could not log in to", "is the user right, and does the host know the key or its authority? ssh -v shows each step"] as const;

async function refusedIn(target: SshTarget, keys: readonly Buffer[]): Promise<Problem | "certificate" | undefined> {
  const { entries } = await readKnownHosts(target.knownHosts);
  const verdicts = keys.map((key) => ({ key, verdict: judge(entries, { host: target.address, port: target.port }, key) }));
  const last = verdicts.at(-1);
  if (last === undefined || verdicts.some(({ verdict }) => verdict.verdict === "known")) return undefined;
  if (last.verdict.verdict === "authority-only") return "certificate";
  return last.verdict.verdict === "known" ? undefined : refusedKey(target, last.key, last.verdict).problems[0];
}
