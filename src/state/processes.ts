// Which process is which: a pid alone is used again, so its start time and the boot count too.
import { readFileSync } from "node:fs";

/** One process of one boot of a machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start; empty where there is no /proc. */
  readonly process: string;
  readonly boot: string;
}

export interface Processes {
  identify(pid: number): ProcessIdentity;
  /** False only when it is certain that this very process is gone. */
  alive(identity: ProcessIdentity): boolean;
}

/** Processes by proc(5). Without /proc, `pidAlive` decides alone; without both, every process counts as alive. */
export function localProcesses(pidAlive: (pid: number) => boolean = () => true, proc = "/proc"): Processes {
  const boot = (): string => read(`${proc}/sys/kernel/random/boot_id`)?.trim() ?? "";
  const identify = (pid: number): ProcessIdentity => ({ pid, process: startOf(read(`${proc}/${pid}/stat`)), boot: boot() });
  return {
    identify,
    alive: (known) => {
      if (boot() === "") return pidAlive(known.pid);
      return known.boot === boot() && known.process !== "" && identify(known.pid).process === known.process;
    },
  };
}

// Fields 3 (state) and 22 (start time); the name before them may hold anything. A zombie has ended.
function startOf(stat: string | undefined): string {
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return ["Z", "X"].includes(fields[0] ?? "") ? "" : (fields[19] ?? "");
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
