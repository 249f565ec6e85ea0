// Ansible's connection variables as a login: where, as whom, how to become root.
import { resolve } from "node:path";
import type { Json } from "../../lib/json.ts";
import type { Login } from "../../model/host.ts";
import { type SshArgs, sshArgs } from "./ssh-args.ts";
import { type Place, report, type World, warn } from "./world.ts";

export interface LoginFrom {
  readonly host: string;
  readonly vars: Readonly<Record<string, Json>>;
  readonly world: World;
  /** Where the value that counts stands. */
  at(key: string): Place | undefined;
  /** Relative key files are relative to it. */
  readonly cwd: string;
}

/** The login, and the passwords that its references stand for. What is wrong is reported, what hlx does otherwise is a warning. */
export function loginOf(from: LoginFrom): { readonly login: Login; readonly passwords: ReadonlyMap<string, string> } {
  const password = passwordOf(from, ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"]);
  const becomePassword = passwordOf(from, ["ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"]);
  const login: Login = {
    connection: connectionOf(from),
    ...whereOf(from),
    ...(password !== undefined && { password: { secret: password.name } }),
    ...(becomePassword !== undefined && { becomePassword: { secret: becomePassword.name } }),
    ...becomeOf(from),
  };
  return { login, passwords: new Map([password, becomePassword].flatMap((one) => (one === undefined ? [] : [[one.name, one.value]]))) };
}

function whereOf(from: LoginFrom): Pick<Login, "address" | "port" | "user" | "keyFile" | "jump"> {
  const args = argsOf(from);
  const port = portOf(from) ?? args.port;
  const user = textOf(from, ["ansible_user", "ansible_ssh_user"])?.text ?? args.user;
  const key = textOf(from, ["ansible_ssh_private_key_file", "ansible_private_key_file"])?.text ?? args.keyFile;
  return {
    address: textOf(from, ["ansible_host", "ansible_ssh_host"])?.text ?? from.host,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(key !== undefined && { keyFile: key.startsWith("~") ? key : resolve(from.cwd, key) }),
    ...(args.jump !== undefined && { jump: args.jump }),
  };
}

interface Given {
  readonly key: string;
  readonly text: string;
}

// The first of the names that is given: the newest spelling counts.
function textOf({ vars }: LoginFrom, names: readonly string[]): Given | undefined {
  const key = names.find((name) => !["", null, undefined].includes(vars[name] as string));
  const value = key === undefined ? undefined : vars[key];
  return key !== undefined && (typeof value === "string" || typeof value === "number") ? { key, text: String(value) } : undefined;
}

function hasJinja(text: string): boolean {
  return /\{\{|\{%/.test(text);
}

function portOf(from: LoginFrom): number | undefined {
  const given = textOf(from, ["ansible_port", "ansible_ssh_port"]);
  if (given === undefined || hasJinja(given.text)) return undefined;
  const port = Number(given.text);
  if (/^\d{1,5}$/.test(given.text) && port >= 1 && port <= 65_535) return port;
  report(from.world, from.at(given.key), { message: `${given.key} of host "${from.host}" must be a port 1–65535, got ${JSON.stringify(given.text)}` });
  return undefined;
}

const connections: Readonly<Record<string, string>> = {
  ssh: "ssh",
  smart: "ssh",
  paramiko: "ssh",
  paramiko_ssh: "ssh",
  "ansible.builtin.ssh": "ssh",
  "ansible.builtin.paramiko_ssh": "ssh",
  "ansible.netcommon.libssh": "ssh",
  local: "local",
  "ansible.builtin.local": "local",
  docker: "container",
  podman: "container",
  "community.docker.docker": "container",
  "community.docker.docker_api": "container",
  "containers.podman.podman": "container",
};

function connectionOf(from: LoginFrom): string {
  const given = textOf(from, ["ansible_connection"]);
  if (given === undefined) return "ssh";
  const known = Object.hasOwn(connections, given.text) ? connections[given.text] : undefined;
  if (known === undefined) warn(from.world, from.at(given.key), `hlx has no connection "${given.text}": what has it can be listed, not reached`);
  return known ?? given.text;
}

interface Password {
  readonly name: string;
  readonly value: string;
}

// A password that is an expression would be sent as it stands: it is left out.
function passwordOf(from: LoginFrom, names: readonly string[]): Password | undefined {
  const given = textOf(from, names);
  return given === undefined || hasJinja(given.text) ? undefined : { name: `inventory/${from.host}/${given.key}`, value: given.text };
}

// hlx works as root, so unlike Ansible it becomes root unless it is told not to.
function becomeOf(from: LoginFrom): Pick<Login, "become" | "becomeWith"> {
  const become = !isFalse(from.vars["ansible_become"]);
  const method = textOf(from, ["ansible_become_method"]);
  const user = textOf(from, ["ansible_become_user"]);
  if (become && user !== undefined && user.text !== "root") warn(from.world, from.at(user.key), `hlx becomes root, never "${user.text}"`);
  const way = (method?.text ?? "sudo").replace(/^(?:ansible\.builtin|community\.general)\./, "");
  if (way === "su" || way === "doas") return { become, becomeWith: way };
  if (way !== "sudo") warn(from.world, method && from.at(method.key), `hlx becomes root by sudo, su or doas, not by "${way}"`);
  return { become };
}

function isFalse(value: Json | undefined): boolean {
  return value === false || value === 0 || (typeof value === "string" && /^(?:no|false|off|0|n|f)$/i.test(value));
}

const argNames = ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"] as const;

function argsOf(from: LoginFrom): SshArgs {
  const all = argNames.flatMap((key) => {
    const given = textOf(from, [key]);
    return given === undefined || hasJinja(given.text) ? [] : [readArgs(given, from)];
  });
  return Object.assign({ ignored: [] }, ...all);
}

function readArgs({ key, text }: Given, { host, world, at }: LoginFrom): Omit<SshArgs, "ignored"> {
  const read = sshArgs(text);
  if (read === undefined) report(world, at(key), { message: `${key} of host "${host}" has a quote that is not closed` });
  const { ignored = [], ...settings } = read ?? {};
  if (ignored.length > 0) warn(world, at(key), `hlx's own ssh does not take over ${ignored.join(", ")}; ~/.ssh/config holds, and host keys are always checked`);
  return settings;
}
