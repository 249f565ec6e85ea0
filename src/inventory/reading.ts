// The raw inventory file as a typed shape, and the sink for what is wrong with it.
import type { Json } from "../lib/json.ts";
import type { Document, Path } from "../model/documents/document.ts";
import type { Live } from "../model/live.ts";
import type { SecretSources } from "../model/ports/secrets.ts";
import type { Problem } from "../model/problem.ts";

export type RawMap = Readonly<Record<string, Json>>;

/** What the schema guarantees. */
export interface RawInventory {
  readonly playbook?: string;
  readonly secrets?: SecretSources;
  readonly networks?: Readonly<Record<string, RawNetwork>>;
  readonly images?: Readonly<Record<string, RawMap>>;
  readonly defaults?: RawMap;
  readonly hosts: Readonly<Record<string, RawMap | null>>;
  readonly devices?: Readonly<Record<string, RawMap>>;
  readonly groups?: Readonly<Record<string, RawGroup>>;
  readonly sources?: readonly unknown[];
}

export interface RawNetwork {
  readonly cidr: string;
  readonly gateway?: string | number;
  readonly bridge?: string;
  readonly domain?: string;
  readonly dns?: readonly string[];
  readonly ranges?: Readonly<Record<string, string>>;
  readonly records?: Readonly<Record<string, RawRecord | readonly RawRecord[]>>;
}

/** A name, a host number, an address, or a record in full. */
export type RawRecord = string | number | { readonly type: string; readonly data: string; readonly ttl?: number };

export type RawGroup = string | readonly string[] | (RawMap & { readonly hosts?: string | readonly string[]; readonly children?: readonly string[] });

export interface Reading {
  readonly document: Document;
  readonly raw: RawInventory;
  readonly problems: Problem[];
  /** `hosts/web1`, `networks/lan` …: something is wrong with them already, and what follows from that is no news. */
  readonly damaged: Set<string>;
  /** What sources answered; left out while nobody has asked them. */
  readonly live?: Live;
  /** Names that a source may bring. */
  mayBe(name: string): boolean;
}

export function isDamaged({ damaged }: Reading, section: string, name: string): boolean {
  return damaged.has(`${section}/${name}`) || damaged.has(`${section}/*`);
}

/** Adds a problem at a path of the file; what the path leads to counts as damaged. */
export function report({ document, problems, damaged }: Reading, path: Path, problem: Pick<Problem, "message" | "hint" | "also">): void {
  damaged.add(path.slice(0, 2).join("/"));
  problems.push({ code: "input", at: document.at(path), ...problem });
}
