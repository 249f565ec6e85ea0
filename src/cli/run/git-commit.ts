// Which commit of the project a run was made from.
import { execFile } from "node:child_process";
import type { Io } from "../io.ts";

const mostMs = 2_000;

// Neither a monitor that the repository's configuration names is run, nor the index written.
const quiet = ["-c", "core.fsmonitor=false", "--no-optional-locks"];

/** The abbreviated commit that the folder's work tree stands on, with a `+` where files that it knows were changed since; undefined where there is no git, no repository or no commit. */
export function gitCommitOf(folder: string, { env }: Pick<Io, "env">): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", [...quiet, "-C", folder, "describe", "--always", "--exclude=*", "--abbrev=12", "--dirty=+"], { env, timeout: mostMs }, (error, stdout) => {
      const commit = stdout.trim();
      resolve(error === null && /^[0-9a-f]{7,64}\+?$/.test(commit) ? commit : undefined);
    });
  });
}
