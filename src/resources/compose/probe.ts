// Looks at a stack: one list and one inspection a container for all stacks of a host, and the hashes of its files.
import { absent, blocked, type Found, type Notice, present } from "../../model/kind.ts";
import type { Container } from "../../model/ports/docker.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { Read, ShellReader } from "../../model/ports/shell.ts";
import { ProblemError } from "../../model/problem.ts";
import { asking } from "../docker/door.ts";
import { given } from "../make.ts";
import { denied, type Ownership, ownershipOf } from "../ownership.ts";
import { type FileQuery, fileRead, type Seen } from "../reads/files.ts";
import type { StackActual } from "./actual.ts";
import { type Note, notesIn } from "./adopted.ts";
import { containerActual } from "./containers.ts";
import { composeAccess, type Stack } from "./desired.ts";
import { movedOf, serviceName } from "./images.ts";
import { othersThanDesired, refuseOtherVolumes } from "./parts.ts";
import { leftBy } from "./previous.ts";
import { refuseTaken } from "./taken.ts";

type On = Pick<Readers, "shell" | "docker">;

const project = "com.docker.compose.project";

/** Blocked without an engine, without Compose, and without what the stack says is made elsewhere. */
export function probe(desired: Stack, on: On): Promise<Found<StackActual>> {
  return asking(desired.absent === true, async () => {
    const [missing, actual] = await Promise.all([missingOf(desired, on), look(desired, on)]);
    return missing ?? actual;
  });
}

async function missingOf(desired: Stack, on: On): Promise<Extract<Found<never>, { found: "blocked" }> | undefined> {
  const [compose, networks, volumes] = await Promise.all([on.shell.ask(composeRead, undefined), on.docker.networks(), on.docker.volumes()]);
  if (!compose) return blocked("docker:compose", "there is no docker compose (version 2) on this host");
  const there = new Set([...networks.map(({ Name }) => `network:${Name}`), ...volumes.map(({ Name }) => `volume:${Name}`)]);
  const missing = desired.absent === true || desired.state === "stopped" ? undefined : desired.external.find((one) => !there.has(one));
  return missing === undefined
    ? undefined
    : blocked(`docker-${missing}` as `${string}:${string}`, `there is no ${missing.replace(":", " ")} in the engine of this host`);
}

const composeRead: Read<undefined, boolean> = {
  name: "docker-compose",
  args: () => [],
  script: 'docker compose version >/dev/null 2>&1; echo "status $?"',
  parse: (output, queries) => queries.map(() => isThere(/^status (\d+)$/m.exec(output)?.[1])),
};

// sh(1): 126 is a program that may not be run, above 128 a signal. Without the plugin docker ends with 1 or 125, without docker the shell says 127.
function isThere(status: string | undefined): boolean {
  if (status === undefined || status === "126" || Number(status) > 128) {
    const hint = "look with: docker compose version";
    throw new ProblemError({ code: "unknown", message: `asking for the version of docker compose: it could not be run (status ${status ?? "unknown"})`, hint });
  }
  return status === "0";
}

async function look(desired: Stack, on: On): Promise<Found<StackActual>> {
  const [listed, there, volumes, files, notes, previous] = await Promise.all([
    on.docker.containers(),
    on.docker.networks(),
    on.docker.volumes(),
    filesOf(desired, { "compose.yaml": composeAccess, ...desired.files }, on.shell),
    notesOf(desired, on.shell),
    // What the stack was at its last apply, with references to secrets, never their values.
    textAt(`${desired.dir}/.hlx/desired.json`, on.shell),
  ]);
  const own = listed.filter(({ Labels }) => Labels[project] === desired.name && Labels["com.docker.compose.oneoff"] !== "True");
  refuseTaken(
    desired,
    listed.filter((one) => !own.includes(one)),
  );
  refuseOtherVolumes(desired, volumes);
  const networks = othersThanDesired(desired, there);
  const inspected = (await Promise.all(own.map(({ Id }) => on.docker.container(Id)))).flatMap((one) => one ?? []);
  const services = await servicesOf(desired, inspected, { on, notes });
  const orphans = [...new Set(own.map(({ Labels }) => Labels[serviceName] ?? ""))].filter((name) => desired.services[name] === undefined).sort();
  const left = await leftOf(desired, previous, on.shell);
  if (own.length === 0 && Object.keys(files).length === 0 && networks === undefined) return absent;
  const { moved, refused } = desired.pull === "digest" ? await movedOf(desired, inspected, on) : { moved: {}, refused: [] };
  return present(
    { services, orphans, ...given({ networks }), files: { ...left, ...files }, moved },
    { previous, notices: [...noticesOf(desired, { orphans, moved }), ...refused] },
  );
}

function noticesOf({ services, prune }: Stack, { orphans, moved }: Pick<StackActual, "orphans" | "moved">): readonly Notice[] {
  const alone = prune ? [] : orphans.map((name) => ({ because: `service ${name} is not in the file any more`, hint: "prune: true removes its containers" }));
  const newer = Object.keys(moved).filter((name) => services[name]?.looks.digest !== undefined);
  const images = [...new Set(newer.map((name) => services[name]?.looks.image ?? ""))];
  return [
    ...alone,
    ...images.map((image) => ({ because: `the registry has another image for ${image} than hlx.lock`, hint: `hlx images --bump --image '${image}'` })),
  ];
}

async function servicesOf(
  desired: Stack,
  inspected: readonly Container[],
  { on, notes }: { readonly on: On; readonly notes: ReadonlyMap<string, Note> },
): Promise<StackActual["services"]> {
  const found = Object.entries(desired.services).map(async ([name, service]) => {
    const own = inspected.filter(({ Config }) => Config.Labels?.[serviceName] === name);
    const named = service.looks.image === undefined || own.length === 0 ? undefined : (await on.docker.image(service.looks.image))?.Id;
    const ofLocked = service.looks.digest === undefined ? [] : own;
    const digests = new Map(await Promise.all(ofLocked.map(async ({ Image }) => [Image, (await on.docker.image(Image))?.RepoDigests ?? []] as const)));
    return [
      name,
      own
        .map((container) => containerActual(container, { service, named, digests: digests.get(container.Image) ?? [], note: notes.get(container.Id) }))
        .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(found)).filter(([, containers]) => containers.length > 0));
}

/** What was noted of the containers that hlx did not make, by their ids. */
async function notesOf({ dir, services }: Stack, shell: ShellReader): Promise<ReadonlyMap<string, Note>> {
  const noted = await Promise.all(Object.keys(services).map((name) => textAt(`${dir}/.hlx/adopted/${name}`, shell)));
  return new Map(noted.flatMap((text) => notesIn(text ?? "")));
}

async function filesOf({ dir }: Stack, files: Readonly<Record<string, Ownership>>, shell: ShellReader): Promise<StackActual["files"]> {
  const found = Object.entries(files).map(async ([path, access]) => {
    const seen = await seenAt(shell, { path: `${dir}/${path}` });
    return seen.seen === "there" ? [[path, { sha256: seen.sha256 ?? seen.type, ...ownershipOf(seen, access) }] as const] : [];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

// A folder that stands there now is nothing that hlx wrote.
async function leftOf(desired: Stack, previous: string | undefined, shell: ShellReader): Promise<StackActual["files"]> {
  const there = await filesOf(desired, Object.fromEntries(leftBy(previous, desired).map((path) => [path, composeAccess])), shell);
  return Object.fromEntries(Object.entries(there).filter(([, { sha256 }]) => sha256 !== "directory"));
}

async function textAt(path: string, shell: ShellReader): Promise<string | undefined> {
  const seen = await seenAt(shell, { path, unless: "" });
  return seen.seen === "there" && seen.content !== undefined ? Buffer.from(seen.content).toString("utf8") : undefined;
}

// What may not be looked at is not absent.
async function seenAt(shell: ShellReader, query: FileQuery): Promise<Seen> {
  const seen = await shell.ask(fileRead, query);
  const unread = seen.seen === "there" && seen.type === "file" && seen.sha256 === undefined;
  if (unread || seen.seen === "denied") throw new ProblemError(denied(query.path));
  return seen;
}
