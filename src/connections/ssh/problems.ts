// What can go wrong on the way into a host, as problems.
import { type Problem, ProblemError } from "../../model/problem.ts";
import { fingerprint, keyType } from "./host-key.ts";
import { type KnownLine, recordedName, type Verdict } from "./known-hosts.ts";
import { endpoint, identityOf, type SshTarget, shown } from "./target.ts";

/** How far a connect got. */
export type Phase = "stream" | "banner" | "keys" | "login" | "ready";

/** What is known when a connect fails. */
export interface Failure {
  readonly phase: Phase;
  /** What the server said first, when that was no SSH banner. */
  readonly said: string;
  readonly tried: readonly string[];
  readonly offered: readonly string[];
  readonly agent: string;
  readonly skipped: readonly string[];
  readonly cause?: unknown;
}

/** The text without control characters, on one line, at most 200 characters: what servers say is hostile. */
export function printable(text: string): string {
  const line = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** Nothing answered in time. */
export function timedOut(target: SshTarget, milliseconds: number, phase: Phase): Problem {
  const waiting: Readonly<Record<Phase, string>> = {
    stream: "no answer",
    banner: "it accepted the connection, but never said that it speaks SSH",
    keys: "the key exchange did not end",
    login: "the login did not end",
    ready: "no shell answered",
  };
  const hint =
    phase === "stream"
      ? "is it on, and is the address right? A firewall that drops packets looks the same"
      : "is sshd there overloaded, or is it another service?";
  return { code: "unreachable", message: `could not connect to ${shown(target)} within ${milliseconds / 1000} s: ${waiting[phase]}`, hint };
}

/** Everything else that ends a connect. */
export function connectFailed(target: SshTarget, failure: Failure): Problem {
  if (failure.phase === "login") return loginFailed(target, failure);
  const [what, hint] = failure.phase === "stream" || isEngine(target, failure) ? streamFailed(target, failure.cause) : handshakeFailed(failure);
  const through = target.jump === undefined ? "" : ` through ${hopsTo(target).map(shown).join(" and ")}`;
  return problem("unreachable", { message: `could not connect to ${shown(target)}${through}: ${what}`, hint, cause: failure.cause });
}

/** The host's key is not one that may be trusted. */
export function refusedKey(target: SshTarget, key: Uint8Array, verdict: Exclude<Verdict, { verdict: "known" }>): ProblemError {
  const shownKey = `${keyType(key) ?? "unknown type"} ${fingerprint(key)}`;
  const where = target.container === undefined ? `${target.name} (${endpoint(target)})` : `the twin ${target.container}`;
  const trust = trustCommand(target);
  switch (verdict.verdict) {
    case "unknown":
      return refused({
        message: `the host key of ${where} is not known: it showed ${shownKey}`,
        hint: `compare it with \`ssh-keygen -l -f\` on the host's /etc/ssh/ssh_host_*_key.pub, then: ${trust}`,
      });
    case "changed":
      return refused({
        message: `the host key of ${where} has changed: it showed ${shownKey}, recorded is ${verdict.recorded.map(recordedKey).join(", ")}`,
        hint: `somebody may be in between. If the host was installed anew: ${removal(target, verdict.recorded)}, then: ${trust}`,
      });
    case "revoked":
      return refused({
        message: `the host key of ${where} is revoked: it showed ${shownKey}, ${place(verdict.by)}`,
        hint: "give the host new keys: this one is known to others",
      });
    case "authority-only":
      return refused({
        message: `the host key of ${where} cannot be checked: ${place(verdict.by)} names a certificate authority, and only ssh itself checks certificates; it showed ${shownKey}`,
        hint: `connection: openssh in the inventory leaves it to ssh; or compare the fingerprint, and record the key itself: ${trust}`,
      });
  }
}

function refused(what: { readonly message: string; readonly hint: string }): ProblemError {
  return new ProblemError({ code: "trust", ...what });
}

function recordedKey(entry: KnownLine): string {
  return `${entry.type} ${fingerprint(Buffer.from(entry.key, "base64"))} (${place(entry)})`;
}

function place(entry: KnownLine): string {
  return `${entry.file}:${entry.line}`;
}

// A jump host need not be in the inventory: ssh itself asks about its key, and writes it where we read it.
function trustCommand(target: SshTarget): string {
  if (target.container !== undefined) return "hlx lab up";
  if (target.jumpFor === undefined) return `hlx trust ${target.name}`;
  const through = hopsTo(target).map((hop) => `${hop.user}@${endpoint(hop)}`);
  return `ssh ${through.length === 0 ? "" : `-J ${through.join(",")} `}-p ${target.port} ${target.user}@${target.address} true`;
}

/** The jump hosts in the order of travel. */
function hopsTo({ jump }: SshTarget): readonly SshTarget[] {
  return jump === undefined ? [] : [...hopsTo(jump), jump];
}

function removal(target: SshTarget, recorded: readonly KnownLine[]): string {
  const { host, port } = identityOf(target);
  return `ssh-keygen -R '${recordedName(host, port)}' -f ${recorded[0]?.file ?? "~/.ssh/known_hosts"}`;
}

type Explained = readonly [what: string, hint?: string | undefined];

const refusals: Readonly<Record<string, Explained>> = {
  ECONNREFUSED: ["connection refused", "is sshd running there, and on this port?"],
  ECONNRESET: ["connection reset", "a firewall, or sshd's MaxStartups or PerSourcePenalties"],
  EPIPE: ["connection lost"],
  EHOSTUNREACH: ["no route to the host", "is it on, and in this network?"],
  ENETUNREACH: ["network unreachable", "is this machine connected?"],
  EHOSTDOWN: ["the host is down"],
  ETIMEDOUT: ["no answer", "is it on, and is the address right?"],
  ENOTFOUND: ["the name does not resolve", "write the address in the inventory, or ask why DNS does not know it"],
  EAI_AGAIN: ["the name does not resolve: no DNS server answered", "is this machine connected, and its DNS server up?"],
};

// A container's stream opens at once; whether there is a container shows a little later.
function isEngine(target: SshTarget, { phase, cause }: Failure): boolean {
  return target.container !== undefined && phase === "banner" && cause !== undefined;
}

/** What a system error means, and what to do about it. */
function streamFailed(target: SshTarget, cause: unknown): Explained {
  const code = codeOf(cause);
  if (target.container !== undefined) {
    return [code === "ENOENT" ? "there is no docker command here" : textOf(cause), "is the twin up? hlx lab up"];
  }
  return refusals[code] ?? [textOf(cause)];
}

function handshakeFailed({ phase, said, cause }: Failure): Explained {
  const code = codeOf(cause);
  if (refusals[code] !== undefined) return [`${refusals[code][0]} during the handshake`, refusals[code][1]];
  if (phase === "banner" && said !== "")
    return [`what answers there is not SSH: it said ${JSON.stringify(printable(said))}`, "is the port right? An sshd that is full says MaxStartups"];
  if (phase === "banner") return ["it closed the connection without a word", "sshd's MaxStartups or PerSourcePenalties, fail2ban, or another service"];
  const because = cause === undefined ? "it closed the connection" : textOf(cause);
  return [`the key exchange failed: ${because}`];
}

function loginFailed(target: SshTarget, failure: Failure): Problem {
  const { tried, offered, cause } = failure;
  const methods = tried.length === 0 ? "nothing to try: no key and no password" : `tried ${tried.join(", then ")}`;
  const accepts = offered.length === 0 ? "" : `; the server accepts ${offered.map(printable).join(", ")}`;
  const ended = cause === undefined ? "" : `; it ended with: ${textOf(cause)}`;
  return problem("unreachable", {
    message: `could not log in to ${shown(target)}: ${methods}${accepts}${ended}`,
    hint: [...failure.skipped, failure.agent, `is the user right? To add a key there: ssh-copy-id -p ${target.port} ${target.user}@${target.address}`].join(
      "; ",
    ),
    cause,
  });
}

function problem(code: Problem["code"], parts: { readonly message: string; readonly hint?: string | undefined; readonly cause?: unknown }): Problem {
  const { message, hint, cause } = parts;
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) };
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

function textOf(cause: unknown): string {
  return printable(cause instanceof Error ? cause.message : String(cause));
}
