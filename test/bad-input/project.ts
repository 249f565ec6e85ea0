// Projects with a mistake in them: written to a folder of their own, and hlx run there.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { memoryIo } from "../cli/memory-io.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** One bad input. `row` is its number in the list of what must be told well (cases/list.ts). */
export interface Case {
  readonly row: number;
  readonly name: string;
  /** Written over those of a valid project. */
  readonly files: Files;
  /** Words behind `hlx`; validate when left out. */
  readonly argv?: readonly string[];
  /** Where it runs: in this process, under the real Node (roles need its loader), or only as far as roles declare. */
  readonly by?: "node" | "declare";
  readonly exit?: number;
  /** Words of somebody else's that may stand in the text. */
  readonly quotes?: string;
}

export interface Said {
  readonly folder: string;
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A valid project: what a case does not say is as here. */
export const valid: Files = {
  "inventory.yaml":
    "format: 1\nplaybook: site.yaml\nnetworks:\n  lan: { cidr: 10.0.0.0/24 }\nhosts:\n  web1: { lan: 1 }\n  web2: { lan: 2 }\ngroups:\n  web: web*\n",
  "site.yaml": "- hosts: all\n  roles:\n    - base: { timezone: Europe/Berlin }\n",
};

/** An inventory with these lines below `hosts:`. */
export function hosts(...lines: readonly string[]): Files {
  return { "inventory.yaml": ["format: 1", "playbook: site.yaml", "networks: { lan: { cidr: 10.0.0.0/24 } }", "hosts:", ...lines, ""].join("\n") };
}

/** A playbook and one role of these lines, on both hosts. */
export function role(...lines: readonly string[]): Files {
  return { "site.yaml": "- hosts: all\n  roles: [web]\n", "roles/web/role.ts": [...lines, ""].join("\n") };
}

export function writeProject(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "hlx-bad-"));
  for (const [path, content] of Object.entries({ ...valid, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const runners = { process: inProcess, node: underNode, declare: declaring };

/** Writes the project and runs hlx there. */
export async function run({ files, argv = ["validate"], by }: Pick<Case, "files" | "argv" | "by">): Promise<Said> {
  return runners[by ?? "process"](writeProject(files), argv);
}

export async function inProcess(folder: string, argv: readonly string[]): Promise<Said> {
  const memory = memoryIo({ cwd: folder });
  const code = await main(argv, memory.io);
  return { folder, code, out: memory.out(), err: memory.err() };
}

export function underNode(folder: string, argv: readonly string[]): Said {
  return spawned(folder, [join(import.meta.dirname, "../../bin/hlx.js"), ...argv]);
}

function declaring(folder: string): Said {
  return spawned(folder, [join(import.meta.dirname, "declare.ts")]);
}

function spawned(folder: string, words: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  return { folder, code: status, out: stdout, err: stderr };
}
