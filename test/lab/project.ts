// A user's project in a folder of its own, and hlx run in it as a user would.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Desk, newDesk } from "../soak/desk.ts";
import type { LabHost } from "./hosts.ts";

export type { HlxRun, Running } from "../soak/desk.ts";

export interface Project extends Desk {
  read(path: string): string;
}

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A project whose home folder trusts these hosts' keys. */
export function project(files: Readonly<Record<string, string>>, hosts: readonly LabHost[] = []): Project {
  const desk = newDesk(
    files,
    hosts.map(({ knownHosts }) => readFileSync(knownHosts, "utf8")),
  );
  made.push(desk.folder);
  return { ...desk, read: (path) => readFileSync(join(desk.folder, path), "utf8") };
}

/** The inventory lines of these hosts, as `NAME: { … }` under `hosts:`. */
export function hostLines(hosts: Readonly<Record<string, LabHost>>): string {
  return Object.entries(hosts)
    .map(([name, { address, port, user, keyFile }]) => `  ${name}: { address: ${address}, port: ${port}, user: ${user}, key: ${keyFile} }\n`)
    .join("");
}
