// Has a unit loaded what it watches? By time: it started after the path changed. By stamp: this start of it loaded this very content.
import { sha256 } from "../../lib/hash.ts";
import type { ShellReader } from "../../model/ports/shell.ts";
import { fileRead, type Seen } from "../reads/files.ts";
import { type Stamp, stampRead, type UnitSeen } from "../reads/units.ts";

/** How a path is named in a stamp: a hash, as paths may hold anything. */
export function stampKey(path: string): string {
  return sha256(path);
}

/** hlx_hashes KEY PATH…: the lines of a stamp, one for each path. */
export const hashesFunction = `
hlx_hashes() {
  while [ $# -gt 0 ]; do
    if [ -L "$2" ]; then value=other
    elif [ -f "$2" ]; then value=$(sha256sum < "$2") || return
    elif [ -e "$2" ]; then value=other
    else value=absent
    fi
    printf '%s %s\\n' "$1" "\${value%% *}"
    shift 2
  done
}
`;

/** The watched paths as they are now, and the unit's stamp. */
export interface Watching {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly stamp: Stamp;
}

export async function watching(unit: string, paths: readonly string[], shell: ShellReader): Promise<Watching> {
  const [stamp, seen] = await Promise.all([
    shell.ask(stampRead, unit),
    Promise.all(paths.map(async (path) => [path, await shell.ask(fileRead, { path })] as const)),
  ]);
  return { seen: new Map(seen), stamp };
}

/** The paths that the unit has not loaded. A path that is not there leaves no time: only a stamp can tell that the unit loaded it once. */
export function staleAmong(paths: readonly string[], unit: UnitSeen, { seen, stamp }: Watching): readonly string[] {
  // systemd forgets oneshot units that ended (no invocation): then the last stamp is all there is.
  const stamped = unit.invocation === "" || stamp.invocation === unit.invocation ? stamp.hashes : new Map<string, string>();
  return paths.filter((path) => {
    const [now, noted] = [seen.get(path), stamped.get(stampKey(path))];
    if (now?.seen !== "there") return noted !== undefined && noted !== "absent";
    // The unit's start is known to the second: the same second counts as before.
    return now.ctime >= unit.startedAt && noted !== (now.sha256 ?? "other");
  });
}
