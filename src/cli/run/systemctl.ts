// systemctl of this machine: the system's manager for root, the user's own for everybody else.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { ProblemError } from "../../model/problem.ts";
import type { Io } from "../io.ts";

export interface Manager {
  readonly user: boolean;
  /** Where its units are, absolute. */
  readonly folder: string;
}

export function managerOf({ ids, home, env }: Pick<Io, "ids" | "home" | "env">): Manager {
  if (ids?.uid === 0) return { user: false, folder: "/etc/systemd/system" };
  return { user: true, folder: join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "systemd/user") };
}

/** Its standard output. Throws ProblemError (failed) with what it said. */
export function systemctl(args: readonly string[], { user }: Manager, { env }: Pick<Io, "env">): Promise<string> {
  const words = [...(user ? ["--user"] : []), "--no-pager", ...args];
  return new Promise((resolve, reject) => {
    execFile("systemctl", words, { env: { ...env, LC_ALL: "C" }, timeout: 3_700_000 }, (cause, stdout, stderr) => {
      if (cause === null) resolve(stdout);
      else
        reject(
          new ProblemError({
            code: "failed",
            message: `systemctl ${words.join(" ")}: ${stderr.trim() || cause.message}`,
            hint: "schedules need systemd on this machine",
            cause,
          }),
        );
    });
  });
}
