// Trusting hosts: scan their keys, compare with what is written down, ask, write.

import { judge } from "../../connections/ssh/known-hosts.ts";
import { readKnownHosts } from "../../connections/ssh/known-hosts-file.ts";
import { identityOf, type SshTarget } from "../../connections/ssh/target.ts";
import { remember, replace, type ShownKey, scanHostKeys } from "../../connections/ssh/trust.ts";
import { sshOptions, targetOf } from "../../connections/ssh.ts";
import type { Host } from "../../model/host.ts";
import type { ConnectOptions } from "../../model/ports/connection.ts";
import { type Problem, ProblemError, problemOf } from "../../model/problem.ts";
import { askYes } from "../ask.ts";
import type { Context } from "../command.ts";
import { exitCodeOf, type Standing } from "../exit.ts";
import { problemDocument } from "../views/documents.ts";
import { visible } from "../views/escape.ts";
import { columns } from "../views/layout.ts";
import { hostsOf, openHosts } from "./project.ts";
import { connectOptions } from "./world.ts";

type Verdict = ReturnType<typeof judge>["verdict"];

interface Judged extends ShownKey {
  readonly verdict: Verdict;
}

type Scan = { readonly host: string; readonly target: SshTarget; readonly keys: readonly Judged[] } | { readonly host: string; readonly problem: Problem };
type Shown = Extract<Scan, { keys: unknown }>;

/** Shows and writes down the keys of the hosts that a pattern selects. */
export async function trustNow(context: Context): Promise<Standing> {
  const [pattern = ""] = context.given.args;
  const { inventory } = await openHosts(context, pattern);
  const hosts = hostsOf(inventory, context, pattern).filter(({ login }) => ["ssh", "openssh"].includes(login.connection));
  const options = connectOptions(context, {}, { learn: () => {} });
  const scans = await Promise.all(hosts.map((host) => scan(host, options)));
  const shown = scans.filter((one): one is Shown => "keys" in one);
  if (context.given.flag("json")) context.printer.document(scanDocument(scans));
  else context.printer.out(scanLines(scans));
  const written = await write(shown, context);
  const problems = [...scans.flatMap((one) => ("problem" in one ? [one.problem] : [])), ...written];
  return { unreachable: problems.filter((one) => exitCodeOf(one) === 4).length, problems: problems.filter((one) => exitCodeOf(one) !== 4) };
}

async function scan(host: Host, options: ConnectOptions): Promise<Scan> {
  try {
    const target = await targetOf(host, options);
    const [keys, { entries }] = await Promise.all([scanHostKeys(target, sshOptions(host, options)), readKnownHosts(target.knownHosts)]);
    const judged = keys.map((key) => ({ ...key, verdict: judge(entries, identityOf(target), blobOf(key)).verdict }));
    return { host: host.name, target, keys: judged };
  } catch (thrown) {
    if (thrown instanceof ProblemError && thrown.problems[0].code === "input") throw thrown;
    return { host: host.name, problem: problemOf(thrown) };
  }
}

// The last word of a known_hosts line is the key itself.
function blobOf({ line }: ShownKey): Uint8Array {
  return Buffer.from(line.split(" ").at(-1) ?? "", "base64");
}

// What is revoked is never written down, what changed only with --replace. One known key makes the host known: its other keys need no line.
async function write(shown: readonly Shown[], context: Context): Promise<readonly Problem[]> {
  const replacing = context.given.flag("replace");
  const unknown = shown.filter(({ keys }) => !keys.some(({ verdict }) => verdict === "known") || keys.some(({ verdict }) => verdict === "revoked"));
  const refused = unknown.filter(({ keys }) => keys.some(({ verdict }) => verdict === "revoked" || (verdict === "changed" && !replacing)));
  const fresh = unknown.filter((one) => !refused.includes(one));
  const said = fresh.length === 0 ? ["Nothing to write down."] : await writeFresh(fresh, context, replacing);
  if (!context.given.flag("json") && refused.length < shown.length) context.printer.out(said);
  return refused.map(refusal);
}

async function writeFresh(fresh: readonly Shown[], context: Context, replacing: boolean): Promise<readonly string[]> {
  if (!(await mayWrite(fresh, context))) return ["Nothing was written."];
  for (const { target, keys } of fresh) await put(target, keys, replacing);
  return fresh.map(({ host, target }) => `Wrote the keys of ${visible(host)} to ${visible(target.knownHosts[0] ?? "")}.`);
}

function refusal({ host, keys }: Shown): Problem {
  if (keys.some(({ verdict }) => verdict === "revoked")) return { code: "trust", message: `${host} shows a key that is marked as revoked in known_hosts` };
  return { code: "trust", message: `${host} shows another key than the one that is written down`, hint: `if you know why: hlx trust ${host} --replace` };
}

async function mayWrite(fresh: readonly Shown[], { given, io }: Context): Promise<boolean> {
  if (given.flag("yes")) return true;
  if (io.in.isTTY !== true || given.flag("json"))
    throw new ProblemError({
      code: "usage",
      message: "refusing to write down host keys without --yes because stdin is not a terminal",
      hint: "compare the fingerprints first, then add --yes",
    });
  return askYes(io, `Trust ${fresh.map(({ host }) => visible(host)).join(", ")}?`);
}

async function put(target: SshTarget, keys: readonly Judged[], replacing: boolean): Promise<void> {
  const [file = ""] = target.knownHosts;
  const lines = keys.map(({ line }) => line);
  if (replacing) await replace(identityOf(target), lines, file);
  else await remember(lines, file);
}

function scanLines(scans: readonly Scan[]): readonly string[] {
  return columns(
    scans.flatMap((one) =>
      "keys" in one
        ? one.keys.map(({ type, fingerprint, verdict }) => [visible(one.host), visible(type), fingerprint, verdict])
        : [[visible(one.host), visible(one.problem.message)]],
    ),
    80,
  );
}

function scanDocument(scans: readonly Scan[]): unknown {
  const hosts = scans.map((one) =>
    "keys" in one
      ? { host: one.host, keys: one.keys.map(({ type, fingerprint, verdict }) => ({ type, fingerprint, verdict })) }
      : { host: one.host, problem: problemDocument(one.problem) },
  );
  return { format: 1, document: "trust", hosts };
}
