// The command line that starts a session's shell, as root where that is wanted.
import type { Problem } from "../../model/problem.ts";

/** How root is reached: not at all, by sudo without a password, by sudo with one, by su with root's, or by doas without one. */
export type Way = "none" | "sudo" | "password" | "su" | "doas";

/**
 * Text for any login shell (sh, bash, zsh, fish, csh): single quotes without backslash, quote, exclamation mark or newline inside.
 * su says nowhere who came: HLX_LOGIN does, for the fact. `ready` is printed by the final shell; `prompt` is what sudo asks with, or stands before whatever su asks. Both are hexadecimal.
 */
export function startLine(way: Way, random: { readonly ready: string; readonly prompt: string; readonly sh: string }): string {
  const { sh, ready, prompt } = random;
  const shell = `${sh} -c "echo ${ready}; exec ${sh}"`;
  const becoming: Readonly<Record<Exclude<Way, "none">, string>> = {
    sudo: `exec sudo -n -H -- ${shell}`,
    password: `exec sudo -S -H -p ${prompt} -- ${shell}`,
    su: `HLX_LOGIN=$(id -un); export HLX_LOGIN; echo ${prompt} >&2; exec su -s ${sh} -c "read -r hlx_line; echo ${ready}; exec ${sh}" root`,
    doas: `exec doas -n -u root -- ${shell}`,
  };
  if (way === "none") return `exec ${sh} -c 'echo ${ready}; exec ${sh}'`;
  return `exec ${sh} -c 'if [ "$(id -u)" = 0 ]; then exec ${shell}; fi; ${becoming[way]}'`;
}

/**
 * What is written after the prompt. su may ask for a password or not (pam_wheel's trust), in words of its own: a line behind the password is read by
 * root's shell before it begins, so that either way one line is left over for it, and a password that was not asked for is never run as a command.
 */
export function answerTo(way: Way, password: string): string {
  return way === "su" ? `${password}\n:\n` : `${password}\n`;
}

export interface Ended {
  readonly host: string;
  readonly user: string;
  readonly asked: boolean;
  readonly said: string;
  readonly why: string;
}

/** Why no shell answered: by how it ended, never by what it said; what it said is quoted as data. */
export function startProblem(way: Way, ended: Ended): Problem {
  const { host, user, why } = ended;
  const said = ended.said.trim() === "" ? "" : `: ${JSON.stringify(ended.said.trim().slice(0, 400))}`;
  if (way === "none") {
    const hint = `is the login shell of ${user} a real shell? try: ssh ${user}@${host} /bin/sh -c true`;
    return { code: "unreachable", message: `starting a shell on ${host} as ${user}: ${why}${said}`, hint };
  }
  return { code: "privilege", message: `becoming root on ${host} as ${user}: ${refusal(way, ended)}${said}`, hint: hintFor(way, user) };
}

/** Nobody gave root's password, and su would have asked for it. */
export function noPassword(host: string, user: string): Problem {
  return { code: "privilege", message: `becoming root on ${host} as ${user}: su asks for root's password, and none was given`, hint: hintFor("su", user) };
}

function refusal(way: Exclude<Way, "none">, { user, asked, why }: Ended): string {
  if (way === "su") return `su did not accept root's password, or ${user} may not run su (${why})`;
  if (way === "doas") return `doas did not start a root shell (${why})`;
  return asked ? `sudo did not accept the password, or ${user} may not run sudo` : `sudo did not start a root shell (${why})`;
}

function hintFor(way: Exclude<Way, "none">, user: string): string {
  if (way === "doas") return `/etc/doas.conf there needs the line \`permit nopass ${user} as root\`: without a terminal doas can ask for no password`;
  if (way === "su") return "give root's password with --ask-become-pass or as becomePassword; root must have one (passwd -S root says P)";
  const tag = way === "sudo" ? "NOPASSWD: " : "";
  const password = way === "sudo" ? ", or give the password with --ask-become-pass" : "";
  return `the host needs sudo and these sudoers lines: \`${user} ALL=(ALL:ALL) ${tag}ALL\` and \`Defaults:${user} !requiretty\`${password}`;
}
