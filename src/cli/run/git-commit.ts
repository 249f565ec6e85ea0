// Which commit of the project a run was made from.
import { execFile } from "node:child_process";
import type { Io } from "../io.ts";

const mostMs = 2_000;

/** The abbreviated commit that the folder's work tree stands on; undefined where there is no git, no repository or no commit. Asks for nothing that runs hooks. */
export function gitCommitOf(folder: string, { env }: Pick<Io, "env">): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", ["-C", folder, "rev-parse", "--verify", "--short=12", "HEAD"], { env, timeout: mostMs }, (error, stdout) => {
      const commit = stdout.trim();
      resolve(error === null && /^[0-9a-f]{7,64}$/.test(commit) ? commit : undefined);
    });
  });
}
