// What the bench knows of a tool: how to write its project for a scene, how to start it, and whether it did its work.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command, Measured } from "../child.ts";
import type { Workload } from "../workload.ts";

export interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** One workload on some hosts over one network. */
export interface Scene {
  readonly workload: Workload;
  readonly hosts: readonly Target[];
  /** Of this scene alone. */
  readonly folder: string;
  readonly keyFile: string;
  /** Every host's key, under `[address]:port`. */
  readonly knownHosts: string;
  /** A home folder whose .ssh/known_hosts is that file. */
  readonly home: string;
}

export interface Tool {
  readonly name: string;
  /** Writes what it needs into the scene's folder. */
  prepare(scene: Scene): Command;
  /** Why this run does not count: it failed, or it did not find what it should. */
  wrong(ran: Measured, scene: Scene): string | undefined;
}

/** Writes files below a folder. */
export function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** At most so many hosts at once, in every tool. */
export const forks = 20;
