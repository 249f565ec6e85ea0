// docs/benchmarks.md: the last published run, with all that is needed to judge it.
import { markdown, type Table } from "./table.ts";

export interface About {
  readonly date: string;
  readonly machine: string;
  /** Load averages before it began. */
  readonly load: readonly string[];
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function page({ date, machine, load, rounds, versions }: About, tables: readonly Table[]): string {
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Written by \`npm run bench -- --publish\` on ${date} UTC. Machine: ${machine}; load before it began: ${load.join(" ")}. Up to ${rounds} interleaved rounds (k says how many; k < 5 is an order of magnitude).

Versions: ${used.join(", ")}.

## What is measured

- **W1**: the check of a converged host: 1 directory, 25 copies, 25 templates, 5 drop-ins, 10 packages (one list), 10 services, 5 users. hlx \`plan\`, Ansible and Mitogen \`--check --diff\`, pyinfra \`--dry\`; \`hlx-apply\` is an apply that finds nothing to do.
- **W2**: 100 new files of 300 bytes in an empty folder. hlx \`apply --yes\`: plan, lock, journal, synced to disk, renamed, verified.
- **limit**: one ssh2 connection a host, one exec of one script written by hand; for W2 a tar stream into a staging folder, one \`mv\`, hashes of all. It compares every answer, but reads no inventory, keeps no state, syncs nothing and shows nothing.
- Wall time includes the start of the process. Every tool checks host keys, uses 20 forks and one ed25519 key; Ansible runs with pipelining, without facts, loops instead of a task a file, and cold ssh masters.

## How to read it

- Hosts are systemd containers **on the client's own cores**: with many hosts, what a tool makes the hosts do shows in its wall time. On separate hosts the ratios to Ansible are lower.
- Compare ratios inside a table, not seconds between tables: other work on the machine moves all of them.
- Client CPU is the process with all children that it waited for; Ansible's ssh masters go to the background and are not in it. RSS is the largest single process.
- Turns are serial round trips a host; they are counted only with a delay. A round trip's delay is half in each direction, by a proxy on the client.
- Not covered, so no claim: package installs, restarts, large files, sudo, jump hosts, more than 20 hosts.

## Results

${tables.map(markdown).join("\n")}`;
}
