// A snap: the channel that it tracks, and whether it is held.
import { absent, blocked, type Change, change, type Found, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { Detached, Step } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { fileRead } from "./reads/files.ts";
import { type Around, type Snap, schema } from "./snap/desired.ts";
import { leap } from "./snap/minor.ts";

export interface SnapActual {
  readonly channel: string;
  readonly held: boolean;
}

export const snapKind: Kind<Snap, SnapActual, "shell" | "snapd"> = {
  kind: "snap",
  summary: "A snap: the channel that it tracks, and whether it is held. snapd itself is asked.",
  schema,
  via: ["shell", "snapd"],
  identity: ({ name }) => name,
  probe,
  diff,
  steps,
  peers: ({ before = [], after = [] }) => [...before, ...after].flatMap(({ host }) => (host === undefined ? [] : [host])),
  restore: ({ name }) => ({ irreversible: `the snap ${name} stays: removing it removes its data` }),
};

export type SnapOptions = Snap & ResourceOptions;

export function snap(options: SnapOptions): Resource<Snap> {
  const { name, channel, classic, hold, careful, before, after, provides = [], ...brings } = options;
  const desired = { name, channel, ...given({ classic, hold, careful, before, after }) };
  return resourceOf(snapKind, desired, { ...brings, provides: [`snap:${name}`, ...provides] });
}

async function probe({ name, channel, careful }: Snap, on: Pick<Readers, "shell" | "snapd">): Promise<Found<SnapActual>> {
  const door = await on.shell.ask(fileRead, { path: "/run/snapd.socket" });
  if (door.seen !== "there") return blocked("program:snapd", "no snapd on this host");
  const seen = await on.snapd.snap(name);
  if (seen === null) return absent;
  const far = careful === true ? leap(seen.channel, channel) : undefined;
  if (far !== undefined) return { found: "unknown", because: { code: "input", message: `the snap ${name}: ${far.because}`, hint: far.hint } };
  return present({ channel: seen.channel, held: seen.held }, { version: seen.version, revision: seen.revision });
}

function diff({ channel, hold }: Snap, found: Known<SnapActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : undefined;
  const risk = actual === undefined ? "none" : "restart";
  const tracked = actual?.channel === channel ? [] : [change("channel", { before: actual?.channel ?? null, after: channel, risk })];
  return hold !== true || actual?.held === true ? tracked : [...tracked, change("hold", { before: actual?.held ?? null, after: true })];
}

/** How long the store may take. */
const storeMs = 1_800_000;

function steps(desired: Snap, found: Known<SnapActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const { name, channel, classic, before = [], after = [] } = desired;
  const has = (wanted: string): boolean => changes.some(({ property }) => property === wanted);
  const verb = found.found === "absent" ? "install" : "refresh";
  const words = [verb, name, channel, classic === true ? "classic" : ""];
  const move: Step = { do: "detached", title: `${verb} ${name} from ${channel}`, script: moveScript, args: words, deadlineMs: storeMs };
  const moved = verb === "install" ? [move] : [...before.map(aroundStep), move, ...after.map(aroundStep)];
  const hold: Step = { do: "detached", title: `hold ${name}`, script: holdScript, args: [name], deadlineMs: 120_000 };
  return [...(has("channel") ? moved : []), ...(has("hold") ? [hold] : [])];
}

function aroundStep({ title, host, script, args, deadlineMs }: Around): Step {
  const step: Detached = { do: "detached", title, script, args, deadlineMs };
  return host === undefined ? step : { do: "elsewhere", host, step };
}

const moveScript = `
set -- "$1" "$2" "--channel=$3" \${4:+"--$4"}
[ "$1" = install ] || set -- "$1" "$2" "$3"
exec snap "$@"
`;

// Older than 2.58 it knows no hold of one snap: a newer one comes as the snap snapd.
const holdScript = `
said=$(snap refresh --hold "$1" 2>&1) && { printf '%s\\n' "$said"; exit; }
printf '%s\\n' "$said"
case $said in *"unknown flag"*) echo "this snapd cannot hold a snap, 2.58 can: snap install snapd" ;; esac
exit 1
`;
