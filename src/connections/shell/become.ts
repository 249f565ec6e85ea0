// The command line that starts a session's shell, as root where that is wanted.
import type { Problem } from "../../model/problem.ts";

/** How root is reached: not at all, by sudo without a password, or by sudo with one. */
export type Way = "none" | "sudo" | "password";

/**
 * Text for any login shell (sh, bash, zsh, fish, csh): single quotes without backslash, quote, exclamation mark or newline inside.
 * `ready` is printed by the final shell; `prompt` is what sudo asks with. Both are hexadecimal.
 */
export function startLine(way: Way, random: { readonly ready: string; readonly prompt: string; readonly sh: string }): string {
  const { sh } = random;
  const shell = `${sh} -c "echo ${random.ready}; exec ${sh}"`;
  if (way === "none") return `exec ${sh} -c 'echo ${random.ready}; exec ${sh}'`;
  const sudo = way === "sudo" ? "sudo -n -H --" : `sudo -S -H -p ${random.prompt} --`;
  return `exec ${sh} -c 'if [ "$(id -u)" = 0 ]; then exec ${shell}; fi; exec ${sudo} ${shell}'`;
}

/** Why no shell answered: by how it ended, never by what it said; what it said is quoted as data. */
export function startProblem(
  way: Way,
  ended: { readonly host: string; readonly user: string; readonly asked: boolean; readonly said: string; readonly why: string },
): Problem {
  const said = ended.said.trim() === "" ? "" : `: ${JSON.stringify(ended.said.trim().slice(0, 400))}`;
  if (way === "none") {
    const hint = `is the login shell of ${ended.user} a real shell? try: ssh ${ended.user}@${ended.host} /bin/sh -c true`;
    return { code: "unreachable", message: `starting a shell on ${ended.host} as ${ended.user}: ${ended.why}${said}`, hint };
  }
  const refused = ended.asked ? `sudo did not accept the password, or ${ended.user} may not run sudo` : `sudo did not start a root shell (${ended.why})`;
  return { code: "privilege", message: `becoming root on ${ended.host} as ${ended.user}: ${refused}${said}`, hint: sudoersHint(ended.user, way) };
}

function sudoersHint(user: string, way: Way): string {
  const tag = way === "sudo" ? "NOPASSWD: " : "";
  const password = way === "sudo" ? ", or give the password with --ask-become-pass" : "";
  return `the host needs sudo and these sudoers lines: \`${user} ALL=(ALL:ALL) ${tag}ALL\` and \`Defaults:${user} !requiretty\`${password}`;
}
