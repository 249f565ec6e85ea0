// From an inventory's login and ~/.ssh/config to a target: inventory first, then ssh_config, then defaults.
import type { Login } from "../../model/host.ts";
import { type Problem, ProblemError, refuseAll } from "../../model/problem.ts";
import { nameProblems, parseJump } from "./names.ts";
import { type ConfigFacts, computeConfig } from "./ssh-config.ts";
import { endpoint, type SshTarget } from "./target.ts";

export interface ResolveOptions {
  /** The text of `~/.ssh/config` with includes in place (ssh-config-file.ts); "" for none. */
  readonly sshConfig: string;
  readonly home: string;
  /** Who runs hlx: logs in where nothing names a user. */
  readonly localUser: string;
  /** `SSH_AUTH_SOCK`. */
  readonly agent?: string;
  readonly knownHosts: readonly string[];
  log(line: string): void;
}

/** Settles where and as whom to log in. Throws ProblemError (input) for names that are unfit, jumps in a circle, or a ProxyCommand. */
export function resolveTarget(host: { readonly name: string; readonly login: Login }, options: ResolveOptions): SshTarget {
  const { login } = host;
  if (login.twin !== undefined) return twin(host.name, login, options);
  const { facts, target } = settle({ ...login, name: host.name }, options);
  const asked = login.jump ?? facts.proxyJump;
  const jump = asked === undefined ? undefined : jumpTarget(asked, { options, behind: [target] });
  return jump === undefined ? target : { ...target, jump };
}

const defaultKeys = ["id_ed25519", "id_ecdsa", "id_rsa"];

interface Wanted {
  readonly name: string;
  readonly address: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly keyFile?: string | undefined;
}

function settle(wanted: Wanted, options: ResolveOptions): { readonly facts: ConfigFacts; readonly target: SshTarget } {
  // Checked before ssh_config sees it, and again with what ssh_config made of it.
  refuseAll(nameProblems(wanted.name, { address: wanted.address, user: wanted.user ?? "root", port: wanted.port ?? 22 }));
  const facts = configFor(wanted, options);
  if (facts.proxyCommand !== undefined) throw new ProblemError(proxyCommand(wanted, facts.proxyCommand));
  const place = { address: facts.hostName ?? wanted.address, port: wanted.port ?? facts.port ?? 22, user: wanted.user ?? facts.user ?? options.localUser };
  refuseAll(nameProblems(wanted.name, place));
  const tokens = { ...place, home: options.home, localUser: options.localUser };
  const named = wanted.keyFile === undefined ? facts.identityFiles : [wanted.keyFile, ...facts.identityFiles];
  const files = named.length === 0 ? defaultKeys.map((key) => `~/.ssh/${key}`) : named;
  const known = facts.userKnownHosts.map((file) => expand(file, tokens));
  return {
    facts,
    target: {
      name: wanted.name,
      ...place,
      ...optional("alias", facts.hostKeyAlias),
      ...optional("connectTimeoutMs", facts.connectTimeout === undefined ? undefined : facts.connectTimeout * 1000),
      ...optional("agent", agentOf(facts.identityAgent, tokens, options.agent)),
      keyFiles: [...new Set(files.map((file) => expand(file, tokens)))],
      onlyKeyFiles: facts.identitiesOnly,
      knownHosts: [...new Set([...options.knownHosts, ...known])],
    },
  };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in Key]: Value });
}

// `Host ocean` with `HostName 192.168.1.143` speaks of the host whose address in the inventory is 192.168.1.143: its block counts. Else what `ssh ADDRESS` would use.
function configFor(wanted: Wanted, options: ResolveOptions): ConfigFacts {
  const asked = { ...(wanted.user === undefined ? {} : { user: wanted.user }), log: options.log };
  const byName = computeConfig(options.sshConfig, { ...asked, host: wanted.name });
  const chosen = byName.hostName === wanted.address ? byName : computeConfig(options.sshConfig, { ...asked, host: wanted.address });
  for (const note of chosen.notes) options.log(`~/.ssh/config: ${note}`);
  return chosen;
}

interface Way {
  readonly options: ResolveOptions;
  /** Those that are reached through the hop that is looked for: the target first. */
  readonly behind: readonly [SshTarget, ...SshTarget[]];
}

// The last hop named is the nearest: the others lead to it, and where none is named ~/.ssh/config may know one, as for ssh -J.
function jumpTarget(text: string, { options, behind }: Way): SshTarget | undefined {
  const [target] = behind;
  const [nearest = "", ...before] = text.split(",").reverse();
  const further = before.length === 0 ? undefined : before.reverse().join(",");
  const place = parseJump(nearest.trim());
  if (place === undefined) throw new ProblemError(badJump(target.name, nearest));
  const { facts, target: settled } = settle({ ...place, name: place.address }, options);
  const hop = { ...settled, jumpFor: target.name };
  // `Host *` with a ProxyJump matches the jump host too; ssh does not jump through a host to itself either.
  if (sameEnd(hop, target)) return further === undefined ? undefined : jumpTarget(further, { options, behind });
  if (behind.length >= mostHops || behind.some((one) => sameEnd(hop, one))) throw new ProblemError(circle([hop, ...behind]));
  const asked = further ?? facts.proxyJump;
  const jump = asked === undefined ? undefined : jumpTarget(asked, { options, behind: [hop, ...behind] });
  return jump === undefined ? hop : { ...hop, jump };
}

const mostHops = 8;

function sameEnd(one: SshTarget, other: SshTarget): boolean {
  return one.address === other.address && one.port === other.port;
}

function twin(name: string, login: Login, options: ResolveOptions): SshTarget {
  const place = { address: login.address, port: 22, user: login.user ?? "root" };
  refuseAll(nameProblems(`the twin of ${name}`, place));
  const keys = login.keyFile === undefined ? [] : [expand(login.keyFile, { ...place, home: options.home, localUser: options.localUser })];
  return { name, ...place, alias: login.address, container: login.address, keyFiles: keys, onlyKeyFiles: true, knownHosts: options.knownHosts };
}

interface Tokens {
  readonly address: string;
  readonly user: string;
  readonly home: string;
  readonly localUser: string;
}

/** `~` and the tokens %d %h %r %u %% of ssh_config(5). */
function expand(path: string, { address, user, home, localUser }: Tokens): string {
  const tokens: Readonly<Record<string, string>> = { "%d": home, "%h": address, "%r": user, "%u": localUser, "%%": "%" };
  return path.replace(/^~(?=\/|$)/, () => home).replace(/%[dhru%]/g, (token) => tokens[token] ?? token);
}

// IdentityAgent: a path, "none", or SSH_AUTH_SOCK for the one of the environment. Another "$NAME" would need the environment: not read.
function agentOf(text: string | undefined, tokens: Tokens, usual: string | undefined): string | undefined {
  if (text === undefined || text === "SSH_AUTH_SOCK" || text.startsWith("$")) return usual;
  return text.toLowerCase() === "none" ? undefined : expand(text, tokens);
}

function proxyCommand(wanted: Wanted, command: string): Problem {
  return {
    code: "input",
    message: `${wanted.name}: ~/.ssh/config gives it a ProxyCommand (${command.slice(0, 60).replace(/[^\x20-\x7e]/g, "?")}), which hlx does not run`,
    hint: "ProxyJump works, also as jump: user@host in the inventory; connection: openssh leaves all of it to ssh",
  };
}

function badJump(name: string, text: string): Problem {
  const hint = "write it as user@host:port; user and port may be left out; several hops stand in a row with commas between";
  return { code: "input", message: `${name}: ${JSON.stringify(text)} is no jump host`, hint };
}

function circle(way: readonly SshTarget[]): Problem {
  const name = way.at(-1)?.name ?? "";
  const message = `${name}: the jumps to it go in a circle, or through more than ${mostHops} hosts: ${way.map(endpoint).join(" → ")}`;
  return { code: "input", message, hint: "jump: in the inventory names the whole way, ProxyJump in ~/.ssh/config one host's way" };
}
