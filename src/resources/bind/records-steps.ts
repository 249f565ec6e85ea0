// How hlx's part of a dynamic zone becomes what it should be: one update a zone, which the server refuses when it is not as it was seen.
import type { Change, Known } from "../../model/kind.ts";
import type { Run, Step } from "../../model/step.ts";
import { type BindRecords, ownedBy } from "./records-desired.ts";
import type { BindRecordsActual } from "./records-probe.ts";
import { nameOf, type RrSet, type RrSets, sameSet, typeOf } from "./rrsets.ts";
import { zoneId } from "./zone-desired.ts";
import { ownedPath } from "./zones-read.ts";

/** So much text goes into one message: what it becomes is below the 64 KiB of a DNS message over TCP. */
const messageBytes = 16 * 1024;

/** What is about to be added is noted as hlx's before it is added: a run that dies in between leaves nothing that nobody removes. */
export function steps(desired: BindRecords, found: Known<BindRecordsActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const actual = found.found === "present" ? found.actual : { records: {}, owned: [] };
  const [path, after] = [ownedPath(desired.file), ownedBy(desired)];
  const during = [...new Set([...actual.owned, ...after])].sort();
  const text = updateText(desired, actual.records);
  const update: Run = { do: "run", title: `update the zone ${zoneId(desired)}`, script: updateScript, args: [desired.key], stdin: [text] };
  if (text === "") return [noted(path, after)];
  return [...(same(during, actual.owned) ? [] : [noted(path, during)]), update, ...(same(during, after) ? [] : [noted(path, after)])];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\n") === b.join("\n");
}

function noted(path: string, keys: readonly string[]): Run {
  return { do: "run", title: "note what is hlx's", script: noteScript, args: [path], stdin: [keys.map((key) => `${key}\n`).join("")] };
}

const noteScript = `
umask 077
mkdir -p "\${1%/*}" || exit
cat > "$1.new" && mv -f "$1.new" "$1"
`;

const updateScript = `
LC_ALL=C; export LC_ALL
said=$(nsupdate -v -k "$1" 2>&1) && exit 0
printf '%s\\n' "$said"
case $said in *YXRRSET* | *NXRRSET* | *NXDOMAIN* | *YXDOMAIN*) echo 'the zone has changed since it was looked at: plan again' ;; esac
exit 1
`;

interface Touched {
  readonly key: string;
  readonly before: RrSet | undefined;
  readonly after: RrSet | undefined;
}

/** Commands of nsupdate(1): one message, or several when there is much to say; "" when there is nothing to do. */
export function updateText(desired: BindRecords, actual: RrSets): string {
  const keys = [...new Set([...Object.keys(actual), ...Object.keys(desired.records)])].sort();
  const touched = keys
    .map((key): Touched => ({ key, before: actual[key], after: desired.records[key] }))
    .filter(({ before, after }) => !sameSet(before, after));
  const messages = packed([...Map.groupBy(touched, ({ key }) => nameOf(key)).values()], desired);
  return messages.map((lines) => `server 127.0.0.1\nzone ${desired.zone}.\n${lines.join("\n")}\nsend\n`).join("");
}

/** All of one name goes into one message, so that a CNAME and what replaces it change places together. */
function packed(names: readonly (readonly Touched[])[], { zone }: BindRecords): readonly (readonly string[])[] {
  const [messages, sizes]: [Touched[][], number[]] = [[], []];
  for (const name of names) {
    const size = name.flatMap((touched) => linesOf([touched], zone)).join("\n").length;
    const last = messages.length - 1;
    if (last >= 0 && (sizes[last] ?? 0) + size <= messageBytes) {
      messages[last]?.push(...name);
      sizes[last] = (sizes[last] ?? 0) + size;
    } else {
      messages.push([...name]);
      sizes.push(size);
    }
  }
  return messages.map((message) => linesOf(message, zone));
}

// Deletions come first, but for the zone's own NS: the last one is never deleted, without a word.
function linesOf(message: readonly Touched[], zone: string): readonly string[] {
  const servers = message.filter(({ key }) => key === "@ NS");
  const others = message.filter(({ key }) => key !== "@ NS");
  return [
    ...message.flatMap((touched) => asSeen(touched, zone)),
    ...others.filter(({ before }) => before !== undefined).map(({ key }) => `update delete ${owner(key, zone)} ${typeOf(key)}`),
    ...[...others, ...servers].flatMap((touched) => added(touched, zone)),
    ...servers.flatMap((touched) => gone(touched, zone)),
  ];
}

function asSeen({ key, before }: Touched, zone: string): readonly string[] {
  if (before === undefined) return [`prereq nxrrset ${owner(key, zone)} ${typeOf(key)}`];
  return before.data.map((data) => `prereq yxrrset ${owner(key, zone)} ${typeOf(key)} ${data}`);
}

function added({ key, after }: Touched, zone: string): readonly string[] {
  return after === undefined ? [] : after.data.map((data) => `update add ${owner(key, zone)} ${after.ttl} ${typeOf(key)} ${data}`);
}

function gone({ key, before, after }: Touched, zone: string): readonly string[] {
  const old = before?.data.filter((data) => after?.data.includes(data) !== true) ?? [];
  return old.map((data) => `update delete ${owner(key, zone)} ${typeOf(key)} ${data}`);
}

function owner(key: string, zone: string): string {
  const name = nameOf(key);
  return name === "@" ? `${zone}.` : `${name}.${zone}.`;
}
