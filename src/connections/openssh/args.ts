// The command lines of the system's ssh: constant options, checked names, and nothing that a host could have written.
import { quoteAll } from "../../lib/quote.ts";
import type { Login } from "../../model/host.ts";
import { ProblemError, refuseAll } from "../../model/problem.ts";
import { nameProblems, parseJump } from "../ssh/names.ts";

export interface SshCommand {
  readonly name: string;
  readonly login: Login;
  /** `~/.ssh/config`, when it is there: ssh reads it itself. */
  readonly config?: string;
  readonly knownHosts: readonly string[];
  /** Write an unknown key down instead of refusing it. */
  readonly acceptNew: boolean;
  readonly connectTimeoutMs: number;
  /** Somebody sits at a terminal, where ssh may ask for a passphrase or a PIN. */
  readonly terminal: boolean;
}

/** What the first ssh of a host gets beside: the control socket it opens, and the word before what it tells about its own progress. */
export interface Master {
  readonly socket: string;
  readonly nonce: string;
}

/** argv of the ssh that logs in, and whose connection the others share. On stderr it says `NONCE key TYPE BASE64` for each key it is shown, and `NONCE in`. */
export function masterArgs(command: SshCommand, { socket, nonce }: Master, line: string): readonly string[] {
  return [
    ...ssh,
    // sshd's keys as data, before they are judged (OpenSSH 8.5; older ones leave it out).
    ...options({ IgnoreUnknown: "KnownHostsCommand", KnownHostsCommand: `/bin/sh -c "echo ${nonce} key $1 $2 >&2" sh %t %K` }),
    ...options({ PermitLocalCommand: "yes", LocalCommand: `echo ${nonce} in >&2` }),
    ...options({ ControlMaster: "yes", ControlPersist: "no", ControlPath: literal(socket) }),
    ...common(command),
    ...["--", command.login.address, line],
  ];
}

/** argv of a further ssh over the master's connection; where sshd allows no more sessions on it, ssh makes a connection of its own. */
export function passengerArgs(command: SshCommand, socket: string, line: string): readonly string[] {
  return [
    ...ssh,
    ...options({ ControlMaster: "no", ControlPath: literal(socket), PermitLocalCommand: "no" }),
    ...common(command),
    ...["--", command.login.address, line],
  ];
}

/** argv that prints ssh's settings for the host, `user …` among them; connects nowhere. */
export function settingsArgs(command: SshCommand): readonly string[] {
  return [...ssh, "-G", ...common(command), "--", command.login.address];
}

// ssh runs its own commands by $SHELL, which may be a fish; and Ctrl-C at a terminal is for hlx, which ends its work first.
const ssh = ["/bin/sh", "-c", 'trap "" INT QUIT; SHELL=/bin/sh; export SHELL; exec ssh "$@"', "ssh"];

function common(command: SshCommand): readonly string[] {
  const { login, terminal } = command;
  const hops = login.jump === undefined ? [] : login.jump.split(",");
  checkNames(command, hops);
  return [
    ...["-T", "-x", "-a"],
    ...trust(command),
    ...options({ BatchMode: terminal ? "no" : "yes", RequestTTY: "no", RemoteCommand: "none", EscapeChar: "none", ClearAllForwardings: "yes" }),
    ...options({ ServerAliveInterval: "15", ServerAliveCountMax: "3", LogLevel: "ERROR" }),
    ...(login.port === undefined ? [] : ["-p", String(login.port)]),
    ...(login.user === undefined ? [] : ["-l", login.user]),
    ...(login.keyFile === undefined ? [] : ["-i", login.keyFile]),
    ...proxy(command, hops),
  ];
}

function trust({ config, knownHosts, acceptNew, connectTimeoutMs }: SshCommand): readonly string[] {
  const files = knownHosts.map((file) => `"${literal(file)}"`).join(" ");
  return [
    ...["-F", config ?? "none"],
    ...options({ StrictHostKeyChecking: acceptNew ? "accept-new" : "yes", UserKnownHostsFile: files === "" ? "none" : files, UpdateHostKeys: "no" }),
    ...options({ ConnectTimeout: String(Math.max(1, Math.ceil(connectTimeoutMs / 1000))) }),
  ];
}

// Not -J: the ssh that it starts gets none of these options, and would ask about an unknown key instead of refusing it.
function proxy(command: SshCommand, hops: readonly string[]): readonly string[] {
  const last = parseJump(hops.at(-1)?.trim() ?? "");
  if (last === undefined) return [];
  const { port, user, address } = last;
  const { port: _, user: __, jump: ___, ...login } = command.login;
  const hop: SshCommand = { ...command, login: { ...login, address, ...(port === undefined ? {} : { port }), ...(user === undefined ? {} : { user }) } };
  const before = [...ssh, ...common({ ...hop, login: { ...hop.login, ...(hops.length > 1 ? { jump: hops.slice(0, -1).join(",") } : {}) } })];
  const way = quoteAll([...before.map((word) => word.replaceAll("%", "%%")), "-W", "[%h]:%p", "--", address]);
  return options({ ProxyCommand: way });
}

function checkNames({ name, login }: SshCommand, hops: readonly string[]): void {
  const { address, user = "root", port = 22 } = login;
  const places = hops.map((hop) => parseJump(hop.trim()));
  if (places.includes(undefined)) {
    throw new ProblemError({ code: "input", message: `${name}: ${JSON.stringify(login.jump)} is no jump host`, hint: "write it as user@host:port" });
  }
  refuseAll([
    ...nameProblems(name, { address, user, port }),
    ...places.flatMap((place) => nameProblems(`the jump host of ${name}`, { user: "root", port: 22, address: "", ...place })),
  ]);
}

/** A path as it is, where ssh_config knows tokens (%h) and variables (dollar sign and brace). Throws ProblemError for one that cannot be written. */
function literal(path: string): string {
  if (!/["\\\n\r$]/.test(path)) return path.replaceAll("%", "%%");
  throw new ProblemError({
    code: "input",
    message: `ssh cannot be told of the file ${JSON.stringify(path)}`,
    hint: "take the quotes, backslashes and dollar signs out of its name",
  });
}

function options(all: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(all).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}
