// Installs the engine and the image builder on Debian and Ubuntu.
import { ProblemError } from "../model/problem.ts";
import { run } from "./run.ts";

export interface Installing {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly install: boolean;
  say(line: string): void;
}

/** A program that the lab needs; each is in the package of Debian and Ubuntu that `packageOf` names. */
export type Tool = "dockerd" | "docker" | "iptables" | "mmdebstrap";

const packageOf: Readonly<Record<Tool, string>> = { dockerd: "docker.io", docker: "docker.io", iptables: "iptables", mmdebstrap: "mmdebstrap" };

/** Installs what is missing with apt; nothing when all is there. Throws ProblemError (missing). */
export async function installTools(options: Installing, tools: readonly Tool[]): Promise<void> {
  const missing = await missingPackages(tools, options.env);
  if (missing.length === 0) return;
  if (!options.install) throw missingProblem(missing, "installing is not allowed");
  options.say(`installing ${missing.join(" and ")}`);
  // RUNLEVEL=1 keeps sysvinit's scripts from starting a daemon that nobody would stop; systemd starts it all the same.
  const env = { ...options.env, RUNLEVEL: "1", DEBIAN_FRONTEND: "noninteractive" };
  const lock = ["-o", "DPkg::Lock::Timeout=300"];
  await run(["apt-get", "-q", ...lock, "update"], { env, deadlineMs: 300_000 });
  const ran = await run(["apt-get", "-qy", ...lock, "install", "--no-install-recommends", ...missing], { env, deadlineMs: 900_000 });
  if (ran.status !== 0) throw missingProblem(missing, ran.stderr.trim().slice(-600));
}

/** True when the program is on the PATH. */
export async function isThere(program: string, env: Installing["env"]): Promise<boolean> {
  return (await run(["sh", "-c", 'command -v "$1"', "sh", program], { env })).status === 0;
}

async function missingPackages(tools: readonly Tool[], env: Installing["env"]): Promise<readonly string[]> {
  const found = await Promise.all(tools.map(async (tool) => ((await isThere(tool, env)) ? [] : [packageOf[tool]])));
  return [...new Set(found.flat())];
}

function missingProblem(missing: readonly string[], because: string): ProblemError {
  return new ProblemError({
    code: "missing",
    message: `the lab needs ${missing.join(" and ")}, which is not installed: ${because}`,
    hint: "install it, or start a Docker engine",
  });
}
