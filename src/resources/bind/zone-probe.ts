// Looks at a zone: what is served, or what its file would serve.
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { type RrSets, sameSets } from "./rrsets.ts";
import { type BindZone, bindTools, zoneId } from "./zone-desired.ts";
import type { Soa, ZoneData } from "./zone-text.ts";
import { type ZoneSeen, zonesRead } from "./zones-read.ts";

/** `file`: it holds what is served and named may read it. */
export interface BindZoneActual {
  readonly soa?: Soa;
  readonly records: RrSets;
  readonly file: "current" | "stale" | "broken" | "closed" | "missing";
}

export async function probe(desired: BindZone, on: Pick<Readers, "shell">): Promise<Found<BindZoneActual>> {
  const { zone, view, file, key } = desired;
  const seen = await on.shell.ask(zonesRead, { zone, file, key, ...(view !== undefined && { view }) });
  if (seen === undefined) return blocked(bindTools, "no BIND on this host");
  const source = sourceOf(seen);
  if (desired.absent === true) return seen.file.seen === "absent" ? absent : present({ ...dataOf(source), file: "current" });
  const refused = foreignUpdates(desired, seen);
  if (refused !== undefined) return refused;
  if (source === undefined) return seen.file.seen === "absent" ? absent : present({ records: {}, file: "broken" });
  const { data, from } = source;
  return present({ ...dataOf(source), file: fileState(desired, seen, data) }, { serial: data.serial, from });
}

function dataOf(source: Source | undefined): Pick<BindZoneActual, "soa" | "records"> {
  return source === undefined ? { records: {} } : { soa: source.data.soa, records: source.data.records };
}

interface Source {
  readonly data: ZoneData;
  readonly from: string;
}

/** The live zone, where it is the file's own; else the file, which the server will load; else whatever is served until then. */
function sourceOf({ status, live, file, other }: ZoneSeen): Source | undefined {
  const own = status.status === "loaded" && status.own;
  const inFile = file.seen === "there" ? file.data : undefined;
  if (live !== undefined && (own || file.seen === "absent")) return { data: live, from: "the live zone" };
  if (inFile !== undefined) return { data: inFile, from: "the file" };
  return other === undefined ? undefined : { data: other, from: "the file that is served" };
}

function fileState({ signed }: BindZone, { status, live, file }: ZoneSeen, source: ZoneData): BindZoneActual["file"] {
  if (file.seen === "absent") return "missing";
  if (file.data === undefined) return "broken";
  const closed = file.access !== "644 root:bind" && !(signed === true && file.access === "644 bind:bind");
  if (closed) return "closed";
  return status.status !== "loaded" || !status.own || isLoaded(file.data, status.serial, live && source) ? "current" : "stale";
}

// Without a transfer the serial is all that tells whether the server has loaded the file.
function isLoaded(file: ZoneData, serial: number | undefined, live: ZoneData | undefined): boolean {
  return live === undefined ? serial === file.serial : sameSets(file.records, live.records) && sameSoa(file.soa, live.soa);
}

/** True when all but the serial is equal. */
export function sameSoa(a: Soa | undefined, b: Soa): boolean {
  return a !== undefined && (Object.keys(b) as (keyof Soa)[]).every((field) => a[field] === b[field]);
}

// What clients have put into a zone stands in its journal: a new file would lose it, or leave the zone unloadable ("journal out of sync").
function foreignUpdates(desired: BindZone, { status, file }: ZoneSeen): Extract<Found<never>, { found: "unknown" }> | undefined {
  const loaded = status.status === "loaded" ? status : undefined;
  const dynamic = loaded?.dynamic === true && !loaded.frozen;
  const journal = file.seen === "there" && file.journal && desired.signed !== true && loaded?.inline !== true && loaded?.frozen !== true;
  if (!dynamic && !journal) return undefined;
  const id = zoneId(desired);
  return {
    found: "unknown",
    because: {
      code: "unknown",
      message: `looking at the zone ${id}: ${dynamic ? "the server takes updates for it" : `${desired.file}.jnl holds updates that are not in the file`}; writing its file would lose them`,
      hint: `mode: dynamic keeps them; to make it static, run \`rndc freeze ${id}\` on the host first`,
    },
  };
}
