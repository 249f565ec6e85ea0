// One inspected container in the words that a service is desired in.
import { sha256 } from "../../lib/hash.ts";
import type { Container } from "../../model/ports/docker.ts";
import type { ContainerActual } from "./actual.ts";
import type { Note } from "./adopted.ts";
import type { Looks, StackService } from "./desired.ts";
import { contentLabel, specLabel } from "./render.ts";

interface Around {
  readonly service: StackService;
  readonly named: string | undefined;
  /** What registries call its image: `NAME@sha256:…`. */
  readonly digests: readonly string[];
  readonly note: Note | undefined;
}

/** What is compared of a container. Values of its environment are hashed. */
export function containerActual(container: Container, { service, named, note, digests }: Around): ContainerActual {
  const { Config, HostConfig, State, Image } = container;
  const labels = Config.Labels ?? {};
  const { spec, content } = labels[specLabel] === undefined ? (note ?? {}) : { spec: labels[specLabel], content: labels[contentLabel] };
  return {
    ...(spec === undefined ? {} : { spec }),
    ...(content === undefined ? {} : { content }),
    state: stateOf(container),
    ...(State.Health?.Status === "unhealthy" ? { unhealthy: true as const } : {}),
    image: Image,
    ...(named === undefined ? {} : { named }),
    imageName: Config.Image,
    ...lockedBy(service.looks.digest, digests),
    restart: policyOf(HostConfig.RestartPolicy),
    memory: HostConfig.Memory,
    nanoCpus: HostConfig.NanoCpus,
    networks: Object.keys(container.NetworkSettings.Networks ?? {}).sort(),
    mounts: mountsOf(container, service.looks),
    ports: portsOf(container),
    ...(spec === undefined ? { foreign: { command: Config.Cmd ?? [], environment: environmentOf(container, service) } } : {}),
  };
}

function lockedBy(wanted: string | undefined, digests: readonly string[]): Pick<ContainerActual, "locked"> {
  return wanted === undefined ? {} : { locked: digests.some((digest) => digest.endsWith(`@${wanted}`)) };
}

function stateOf({ State, HostConfig }: Container): ContainerActual["state"] {
  if (["running", "restarting", "paused"].includes(State.Status)) return State.Status === "paused" ? "stopped" : "running";
  if (State.Status !== "exited") return "stopped";
  // Whom Docker would start again was stopped, with whatever status.
  if (!["", "no", "on-failure"].includes(HostConfig.RestartPolicy.Name)) return "stopped";
  return State.ExitCode === 0 ? "completed" : "failed";
}

function policyOf({ Name, MaximumRetryCount }: Container["HostConfig"]["RestartPolicy"]): string {
  if (Name === "") return "no";
  return Name === "on-failure" && MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
}

// Volumes that only the image asks for have names that nobody gave.
function mountsOf({ Mounts }: Container, { given = [] }: Looks): readonly string[] {
  return Mounts.filter(({ Destination }) => !given.includes(Destination))
    .filter(({ Type, Name = "" }) => Type === "bind" || (Type === "volume" && !/^[0-9a-f]{64}$/.test(Name)))
    .map(({ Type, Name, Source, Destination, RW }) => `${Destination}=${Type === "bind" ? Source : Name}${RW ? "" : ":ro"}`)
    .sort();
}

function portsOf({ HostConfig }: Container): readonly string[] {
  return Object.entries(HostConfig.PortBindings ?? {})
    .flatMap(([target, bindings]) =>
      (bindings ?? []).flatMap(({ HostIp, HostPort }) => (HostPort === "" || HostPort === "0" ? [] : [`${target}=${HostIp}:${HostPort}`])),
    )
    .sort();
}

// Only the names that the service gives: the image has others. Sorted as the desired ones are.
function environmentOf({ Config }: Container, { environmentNames }: StackService): string {
  const wanted = new Set(environmentNames);
  const own = (Config.Env ?? []).filter((line) => wanted.has(nameOf(line)));
  return sha256(
    [...own]
      .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
      .map((line) => `${line}\n`)
      .join(""),
  );
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf("="));
}
