// The way to a host by SSH, step by step: name, port, host key, login, algorithms; the first that fails ends it.
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Negotiated } from "../../../connections/ssh/client.ts";
import { judge } from "../../../connections/ssh/known-hosts.ts";
import { readKnownHosts } from "../../../connections/ssh/known-hosts-file.ts";
import { refusedKey } from "../../../connections/ssh/problems.ts";
import { tcpStream } from "../../../connections/ssh/streams.ts";
import { endpoint, identityOf, type SshTarget } from "../../../connections/ssh/target.ts";
import { sshOptions, targetOf } from "../../../connections/ssh.ts";
import type { Host } from "../../../model/host.ts";
import type { ConnectOptions } from "../../../model/ports/connection.ts";
import { type Problem, problemOf } from "../../../model/problem.ts";
import type { Finding } from "../../views/doctor.ts";

/** Looks at each step until one fails; logs in once. `user` is who logs in. */
export async function examineWayIn(host: Host, options: ConnectOptions): Promise<{ readonly user: string; readonly findings: readonly Finding[] }> {
  const target = await targetOf(host, options).catch(problemOf);
  if (!("knownHosts" in target)) return { user: host.login.user ?? "root", findings: leftToSsh(host) ? [] : [failed("login", target)] };
  const findings: Finding[] = [];
  for (const step of stepsFor(host, target)) {
    findings.push(...(await step({ host, options, target })));
    if (findings.some(({ level }) => level === "error")) break;
  }
  return { user: target.user, findings };
}

interface Looking {
  readonly host: Host;
  readonly options: ConnectOptions;
  readonly target: SshTarget;
}

type StepIn = (looking: Looking) => Promise<readonly Finding[]>;

// Through a jump host, or into a container, only the host's own key and login can be looked at from here.
function stepsFor(host: Host, { jump, container }: SshTarget): readonly StepIn[] {
  const direct = jump === undefined && container === undefined ? [name, port] : [];
  return leftToSsh(host) ? direct : [...direct, hostKey, login];
}

// Its key and login are judged by the system's ssh, which the session shows.
function leftToSsh({ login }: Host): boolean {
  return login.connection === "openssh";
}

async function name({ target }: Looking): Promise<readonly Finding[]> {
  const { address } = target;
  if (isIP(address) !== 0) return [];
  const found = await lookup(address).catch(() => undefined);
  if (found !== undefined) return [{ check: "dns", level: "ok", found: `${address} is ${found.address}` }];
  return [{ check: "dns", level: "error", found: `the name ${address} does not resolve`, mend: "write its address in the inventory, or add the name to DNS" }];
}

async function port({ target, options }: Looking): Promise<readonly Finding[]> {
  const late = AbortSignal.timeout(options.connectTimeoutMs);
  try {
    (await tcpStream(target.address, target.port)(late)).destroy();
    return [{ check: "tcp", level: "ok", found: `${endpoint(target)} accepts connections` }];
  } catch (cause) {
    const { connectFailed, timedOut } = await import("../../../connections/ssh/problems.ts");
    const nothing = { phase: "stream" as const, said: "", tried: [], offered: [], agent: "", skipped: [], cause };
    return [failed("tcp", late.aborted ? timedOut(target, options.connectTimeoutMs, "stream") : connectFailed(target, nothing))];
  }
}

async function hostKey({ target, host, options }: Looking): Promise<readonly Finding[]> {
  const { scanHostKeys } = await import("../../../connections/ssh/trust.ts");
  const shown = await scanHostKeys(target, sshOptions(host, options)).catch(problemOf);
  if ("code" in shown) return [failed("host key", shown)];
  const { entries } = await readKnownHosts(target.knownHosts);
  const findings = shown.map(({ type, fingerprint, line }): Finding & { readonly known: boolean } => {
    const key = Buffer.from(line.split(" ").at(-1) ?? "", "base64");
    const verdict = judge(entries, identityOf(target), key);
    const check = "host key";
    if (verdict.verdict === "known") return { check, level: "ok", found: `${type} ${fingerprint}, ${verdict.by.file}:${verdict.by.line}`, known: true };
    return { ...failed(check, refusedKey(target, key, verdict).problems[0]), known: false };
  });
  // One recorded key is enough: the others need no line, unless one is revoked.
  const known = findings.filter((finding) => finding.known);
  return (known.length > 0 ? known : findings.slice(0, 1)).map(({ known: _, ...finding }) => finding);
}

async function login({ target, host, options }: Looking): Promise<readonly Finding[]> {
  const { connectSsh } = await import("../../../connections/ssh/transport.ts");
  let [agreed, by]: [Negotiated | undefined, string] = [undefined, ""];
  const telling = {
    negotiated: (algorithms: Negotiated) => {
      agreed = algorithms;
    },
    loggedIn: (method: string) => {
      by = method;
    },
  };
  const transport = await connectSsh(target, { ...sshOptions(host, options), ...telling }).catch(problemOf);
  const algorithms = agreementOf(agreed);
  if ("code" in transport) return [failed("login", transport), ...algorithms];
  await transport.close();
  return [{ check: "login", level: "ok", found: `${target.user} by ${by}` }, ...algorithms];
}

function agreementOf(agreed: Negotiated | undefined): readonly Finding[] {
  return agreed === undefined ? [] : [{ check: "algorithms", level: "ok", found: `${agreed.kex}, ${agreed.hostKey}, ${agreed.cipher}` }];
}

/** A problem as a finding: its hint is what mends it. */
export function failed(check: string, { message, hint }: Problem): Finding {
  return { check, level: "error", found: message, ...(hint === undefined ? {} : { mend: hint }) };
}
