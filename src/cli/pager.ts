// What is longer than the terminal is shown in a pager, as git and systemctl do.
import type { spawnSync } from "node:child_process";
import type { Io } from "./io.ts";

/** True when the text was shown; `spawn` is given, so that nobody loads it who shows nothing. `PAGER` is a program and its options; empty or `cat` is no pager; default `less`, with LESS=FRX unless that is set. */
export function showInPager(text: string, env: Io["env"], spawn: typeof spawnSync): boolean {
  const [program = "", ...args] = (env["PAGER"] ?? "less").split(/\s+/).filter((word) => word !== "");
  if (program === "" || program === "cat" || env["TERM"] === "dumb") return false;
  const { error } = spawn(program, args, { input: text, stdio: ["pipe", "inherit", "inherit"], env: { LESS: "FRX", ...env } });
  // Somebody who leaves a pager early has seen what they wanted (EPIPE); only a program that is not there has shown nothing.
  return error === undefined || !("code" in error) || !["ENOENT", "EACCES"].includes(String(error.code));
}
