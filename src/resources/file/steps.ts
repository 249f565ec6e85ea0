// How a file becomes what it should be.
import { sha256 } from "../../lib/hash.ts";
import type { Change, Known } from "../../model/kind.ts";
import type { Run, Step, Write } from "../../model/step.ts";
import { own } from "../ownership.ts";
import type { File } from "./desired.ts";
import type { FileActual } from "./probe.ts";

/** A write where content or type differ, else only owner and mode. A link in the file's place goes first: a write would follow it. */
export function steps(desired: File, found: Known<FileActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const { path, guard } = desired;
  if (changes.length === 0) return [];
  if (desired.absent === true) return [removal(path)];
  if (!changes.some(({ property }) => property === "content" || property === "type")) return [own(path, desired)];
  const linked = found.found === "present" && found.actual.type === "symlink";
  const written = linked ? [unlink(path), writeOf(desired)] : [writeOf(desired)];
  return guard === undefined ? written : [guarded(path, written, guard)];
}

function writeOf({ path, content, mode, owner, group, validate }: File): Write {
  return { do: "write", path, content, mode, owner, group, ...(validate === undefined ? {} : { validate }) };
}

function unlink(path: string): Run {
  return { do: "run", title: `remove the link ${path}`, script: '[ ! -L "$1" ] || rm -f -- "$1"', args: [path] };
}

function guarded(path: string, steps: readonly (Write | Run)[], guard: readonly string[]): Step {
  const verify = { title: `${guard.join(" ")} succeeds`, script: 'exec "$@"', args: guard };
  return { do: "guarded", steps, verify, otherwise: [], putBack: [path] };
}

/** Removes a file, and keeps it for undo. */
export function removal(path: string): Run {
  return { do: "run", title: `remove ${path}`, script: removeScript, args: [path, sha256(path).slice(0, 32)] };
}

// Keeps the file as a write would: KEY and KEY.meta in the run's undo folder, where the writer tells one.
const removeScript = `
undo=\${HLX_UNDO:-\${hlx_undo:-}}
umask 077
if [ -n "$undo" ] && [ -f "$1" ] && [ ! -L "$1" ] && [ ! -s "$undo/$2.meta" ]; then
  mkdir -p "$undo" && rm -f "$undo/$2" || exit
  ln -- "$1" "$undo/$2" 2>/dev/null || cp -p -- "$1" "$undo/$2" || exit
  printf 'present %s\\n%s\\n' "$(stat -c '%a %U:%G' -- "$1")" "$1" > "$undo/$2.meta" || exit
fi
rm -f -- "$1"
`;
