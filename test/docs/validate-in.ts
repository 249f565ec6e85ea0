// `hlx validate` in a folder, as a reader of the docs would run it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/hlx.js", import.meta.url));

export function validateIn(folder: string): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "validate"], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout + stderr };
}
