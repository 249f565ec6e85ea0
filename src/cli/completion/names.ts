// The names that a project has, for completion: read when asked for, without connecting, and none when anything is wrong.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../command.ts";
import type { Io } from "../io.ts";
import { makeGiven } from "../parse/given.ts";
import { makePrinter } from "../printer.ts";

/** Files that the command line names already. */
export interface Files {
  readonly inventory: readonly string[];
  readonly playbook: readonly string[];
}

export interface Names {
  hosts(): Promise<readonly string[]>;
  groups(): Promise<readonly string[]>;
  tags(): Promise<readonly string[]>;
  roles(): Promise<readonly string[]>;
  kinds(): Promise<readonly string[]>;
  /** `host/role` of every role call. */
  units(): Promise<readonly string[]>;
  /** Addresses that an apply recorded. */
  recorded(): Promise<readonly string[]>;
}

export function projectNames(files: Files, io: Io): Names {
  const context = quietContext(files, io);
  const read = (names: () => Promise<readonly string[]>) => (): Promise<readonly string[]> => names().catch(() => []);
  const inventory = async () => (await (await import("../run/project.ts")).readProject(context)).inventory;
  const work = async () => (await import("../run/work.ts")).readWork(context);
  return {
    hosts: read(async () => [...(await inventory()).hosts.keys()]),
    groups: read(async () => [...(await inventory()).groups.keys()]),
    tags: read(async () => [...new Set((await work()).assignments.flatMap(({ tags }) => tags))].sort()),
    units: read(async () => (await work()).assignments.map(({ host, as }) => `${host}/${as}`)),
    roles: read(async () => {
      const { availableRoles, roleFolders } = await import("../../playbook/roles/find.ts");
      return availableRoles(roleFolders(io.cwd));
    }),
    kinds: read(async () => (await import("../../resources/registry.ts")).kinds.map(({ kind }) => kind)),
    recorded: read(async () => recordedIn((await inventory()).folder, context)),
  };
}

// Where nothing was applied yet, none is made to find that out.
async function recordedIn(folder: string, context: Context): Promise<readonly string[]> {
  if (!existsSync(join(folder, ".hlx"))) return [];
  const { withState } = await import("../run/state.ts");
  return withState(context, async (state, hosts) => (await state.recorded(hosts)).map(({ address }) => address));
}

function quietContext({ inventory, playbook }: Files, io: Io): Context {
  const silent = { write: () => true };
  const quiet: Io = { ...io, out: silent, err: silent };
  const redaction = { redact: (text: string): string => text };
  return {
    io: quiet,
    given: makeGiven({ inventory, playbook }, [], []),
    printer: makePrinter(quiet, { color: false, redaction }),
    redaction,
    words: ["completion"],
  };
}
