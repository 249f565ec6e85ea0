// How a file becomes what it should be.
import type { Change, Known } from "../../model/kind.ts";
import type { Step, Write } from "../../model/step.ts";
import { own } from "../ownership.ts";
import type { File } from "./desired.ts";
import type { FileActual } from "./probe.ts";

/** A write where content or type differ, else only owner and mode. Removing is guarded so that the old file is kept for undo. */
export function steps(desired: File, _found: Known<FileActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  if (desired.absent === true) return [removal(desired.path)];
  if (!changes.some(({ property }) => property === "content" || property === "type")) return [own(desired.path, desired)];
  const write = writeOf(desired);
  return desired.guard === undefined ? [write] : [guarded(write, desired.guard)];
}

function writeOf({ path, content, mode, owner, group, validate }: File): Write {
  return { do: "write", path, content, mode, owner, group, ...(validate === undefined ? {} : { validate }) };
}

function guarded(write: Write, guard: readonly string[]): Step {
  const verify = { title: `${guard.join(" ")} succeeds`, script: 'exec "$@"', args: guard };
  return { do: "guarded", steps: [write], verify, otherwise: [], putBack: [write.path] };
}

function removal(path: string): Step {
  return {
    do: "guarded",
    steps: [{ do: "run", title: `remove ${path}`, script: 'rm -f -- "$1"', args: [path] }],
    verify: { title: `${path} is gone`, script: '[ ! -e "$1" ] && [ ! -L "$1" ]', args: [path] },
    otherwise: [],
    putBack: [path],
  };
}
