// Files that say how a cluster is reached: read on the host as root, or here, and kept in memory only.
import { readFile } from "node:fs/promises";
import { isMissing, why } from "../../lib/why.ts";
import type { Read, Session } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";

const read: Read<string, string | undefined> = {
  name: "kubeconfig",
  script: 'for f do if [ -f "$f" ] && [ -r "$f" ]; then printf "y "; base64 "$f" | tr -d "\\n"; echo; else echo n; fi; done',
  args: (path) => [path],
  parse: (output, queries) => {
    const lines = output.split("\n");
    return queries.map((_, index) => {
      const line = lines[index] ?? "";
      return line.startsWith("y ") ? Buffer.from(line.slice(2), "base64").toString("utf8") : undefined;
    });
  },
};

/** A file of the host; undefined where there is none. */
export function hostFile({ shell }: Session, path: string): Promise<string | undefined> {
  return shell.ask(read, path);
}

/** A file of this machine; undefined where there is none. Throws ProblemError (input) where it cannot be read. */
export async function ownFile(path: string, home: string): Promise<string | undefined> {
  try {
    return await readFile(path.startsWith("~/") ? `${home}/${path.slice(2)}` : path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new ProblemError({ code: "input", message: `reading ${path} on this machine: ${why(cause)}`, cause });
  }
}
