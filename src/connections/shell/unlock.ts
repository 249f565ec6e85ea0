// Who holds a host's lock, and taking it from a holder that somebody knows to be dead.
import type { Holder, Session } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import { holderOf } from "./lock.ts";
import { hostPaths } from "./options.ts";
import { breakLock } from "./scripts/lock.ts";

export type HostLock =
  | { readonly lock: "free" }
  /** `line` names it again; `busy`: something that it began still runs. */
  | { readonly lock: "held" | "unlocked"; readonly holder: Holder | undefined; readonly line: string; readonly busy: boolean };

/** Looks at the host's lock. Throws ProblemError when the host cannot be asked. */
export function lockOf(session: Pick<Session, "shell">, lib = hostPaths.lib): Promise<HostLock> {
  return ask(session, { line: "", lib });
}

/** Breaks the lock of the holder with this line, and of no other: "held" says that somebody else has it by now. */
export function unlock(session: Pick<Session, "shell">, line: string, lib = hostPaths.lib): Promise<HostLock> {
  return ask(session, { line, lib });
}

async function ask({ shell }: Pick<Session, "shell">, { line, lib }: { readonly line: string; readonly lib: string }): Promise<HostLock> {
  const { exitStatus, stdout, stderr } = await shell.check({ script: breakLock, args: [lib, line] }, { deadlineMs: 30_000 });
  const [answer = "", held = "", busy = ""] = stdout.split("\n");
  if (answer === "free") return { lock: "free" };
  if (exitStatus !== 0 || (answer !== "held" && answer !== "unlocked"))
    throw new ProblemError({ code: "failed", message: `looking at the lock: ${stderr.trim().slice(0, 400) || `status ${exitStatus}`}` });
  return { lock: answer, holder: holderOf(held), line: held, busy: busy === "busy" };
}
