// Before tests that use this machine's own sshd, sudo and shells: installs what is missing, or says why it cannot.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Debian's packages, and a program of each. */
const needed: Readonly<Record<string, string>> = {
  "openssh-server": "/usr/sbin/sshd",
  "openssh-client": "/usr/bin/ssh-keygen",
  sudo: "/usr/bin/sudo",
  fish: "/usr/bin/fish",
  zsh: "/usr/bin/zsh",
  tcsh: "/bin/csh",
  "busybox-static": "/bin/busybox",
};

export function setup(): void {
  const missing = Object.keys(needed).filter((name) => !existsSync(needed[name] ?? ""));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`these tests need root, to install ${missing.join(", ")}`);
  process.stderr.write(`installing ${missing.join(", ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", ...missing],
  ]) {
    const { status, stderr, error } = spawnSync("apt-get", args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed: ${error?.message ?? stderr}`);
  }
}
