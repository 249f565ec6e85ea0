// How a stack becomes what it should be: files are staged, then one job on the host installs them, does exactly what was planned, waits, and goes back when it fails.
import { posix } from "node:path";
import type { Change, Known } from "../../model/kind.ts";
import type { Detached, Run, Step, Write } from "../../model/step.ts";
import type { StackActual } from "./actual.ts";
import { adoption } from "./adopted.ts";
import { allDoes, type Does } from "./decide.ts";
import { composeAccess, type Looks, type Stack } from "./desired.ts";
import { jobScript } from "./job.ts";
import { isWanted } from "./previous.ts";
import { composeText } from "./render.ts";

interface Doing {
  readonly service: string;
  readonly does: Does;
}

/** What was planned and nothing else: services that have no change are not named to Compose, and keep their containers. */
export function steps(desired: Stack, found: Known<StackActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  if (changes.length === 0) return [];
  const there = found.found === "present" ? Object.keys(found.actual.files) : [];
  const files = [...new Set([...Object.keys(desired.files), ...there.filter((path) => !isWanted(path, desired))])];
  if (desired.absent === true) return [job(desired, ["down", ...files.map((path) => `unlink:${path}`)], "remove")];
  const doing = changes.flatMap(doingOf);
  const named = changes.flatMap(({ property }) => (property.startsWith("file:") ? [property.slice("file:".length)] : []));
  const paths = named.filter((path) => isWanted(path, desired));
  const left = named.filter((path) => !isWanted(path, desired)).map((path) => `unlink:${path}`);
  const orphans = changes.flatMap(({ property }) => (property.startsWith("orphan:") ? [property] : []));
  const networks = changes.flatMap(({ property }) => (property.startsWith("network:") ? [property] : []));
  const words = [...networks, ...wordsOf(desired, doing), ...orphans, ...left];
  const adopted = doing.filter(({ does }) => does === "adopts").map(({ service }) => adoption(desired, service));
  const title = doing.filter(({ does }) => does !== "adopts").map(({ does, service }) => `${verbs[does]} ${service}`);
  const untouched = found.found === "present" && words.length === 0 && paths.length === 0;
  return [
    prepare(desired, paths),
    ...paths.map((path) => stage(desired, path)),
    ...(untouched ? [] : [job(desired, words, title.length === 0 ? "install the files" : title.join(", "))]),
    ...adopted,
    remember(desired),
  ];
}

const verbs: Readonly<Record<Does, string>> = {
  creates: "create",
  recreates: "recreate",
  starts: "start",
  restarts: "restart",
  stops: "stop",
  adopts: "adopt",
};

function doingOf({ property, note = "" }: Change): readonly Doing[] {
  const does = allDoes.find((one) => note === one || note.startsWith(`${one}:`));
  return property.startsWith("service:") && does !== undefined ? [{ service: property.slice("service:".length), does }] : [];
}

// Images first: nothing is touched before all of them are there. Then one level after the other: what is depended on is waited for.
function wordsOf(desired: Stack, doing: readonly Doing[]): readonly string[] {
  const does = new Map(doing.map((one) => [one.service, one.does]));
  const made = doing.filter((one) => one.does === "creates" || one.does === "recreates").map(({ service }) => service);
  const images = new Set(made.flatMap((name) => imageWord(desired.services[name]?.looks)));
  const built = made.filter((name) => desired.services[name]?.looks.image === undefined);
  const levels = levelsOf(desired).map((names) =>
    names.flatMap((name) => {
      const one = does.get(name);
      return one === undefined || one === "adopts" ? [] : [`${verbs[one]}:${name}:${desired.services[name]?.waitsFor ?? "running"}`];
    }),
  );
  const steps = levels.filter((words) => words.length > 0).flatMap((words) => [...words, "level"]);
  return [...images, ...built.map((name) => `build:${name}`), ...steps];
}

function imageWord(looks: Looks | undefined): readonly string[] {
  if (looks?.image === undefined) return [];
  return [`image:${looks.image}${looks.digest === undefined ? "" : `=${looks.digest}`}`];
}

function levelsOf({ services }: Stack): readonly (readonly string[])[] {
  const level = new Map<string, number>();
  // Services stand in the order of their dependencies.
  for (const [name, { after }] of Object.entries(services)) level.set(name, Math.max(-1, ...after.map((other) => level.get(other) ?? 0)) + 1);
  const names = Object.keys(services);
  return Array.from({ length: Math.max(0, ...level.values()) + 1 }, (_, at) => names.filter((name) => level.get(name) === at));
}

function job({ name, dir, waitSeconds, pull, services }: Stack, words: readonly string[], title: string): Detached {
  const levels = Object.keys(services).length + 1;
  const deadlineMs = (waitSeconds * levels * 2 + 3600) * 1000;
  return { do: "detached", title: `${title} of stack ${name}`, script: jobScript, args: [name, dir, String(waitSeconds), pull, ...words], deadlineMs };
}

function prepare({ dir }: Stack, paths: readonly string[]): Run {
  const folders = [...new Set(paths.map((path) => posix.dirname(path)))].map((folder) => posix.join(dir, ".hlx/next", folder));
  return { do: "run", title: `make ${dir}`, script: prepareScript, args: [dir, ...folders] };
}

const prepareScript = `
mkdir -p -- "$1" && { [ -d "$1/.hlx" ] || mkdir -m 0700 -- "$1/.hlx"; } && chmod 0700 -- "$1/.hlx" || exit
rm -rf -- "$1/.hlx/next" && mkdir -- "$1/.hlx/next" && shift || exit
[ $# -eq 0 ] || mkdir -p -- "$@"
`;

function stage(desired: Stack, path: string): Write {
  const file = desired.files[path] ?? { content: composeText(desired), ...composeAccess };
  return { do: "write", path: posix.join(desired.dir, ".hlx/next", path), ...file };
}

// Written last, so that it tells what was applied; with references to secrets, never their values.
function remember(desired: Stack): Write {
  return { do: "write", path: `${desired.dir}/.hlx/desired.json`, content: [`${JSON.stringify(desired)}\n`], mode: "0600", owner: "root", group: "root" };
}
