// What is to be done with each service, and why: hlx decides, Compose only executes.
import { same } from "../../lib/json.ts";
import type { Ahead } from "../../model/kind.ts";
import type { ContainerActual, StackActual } from "./actual.ts";
import type { Looks, Stack, StackService } from "./desired.ts";
import { contentText } from "./render.ts";

/** In the words that notes of changes begin with. */
export type Does = "creates" | "recreates" | "starts" | "restarts" | "stops" | "adopts";
export const allDoes: readonly Does[] = ["creates", "recreates", "starts", "restarts", "stops", "adopts"];

export interface Decision {
  readonly service: string;
  readonly does: Does;
  readonly reasons: readonly string[];
}

interface Deciding {
  readonly desired: Stack;
  readonly actual: StackActual | undefined;
  readonly ahead: Ahead;
  /** Files that are about to be written. */
  readonly writing: ReadonlySet<string>;
}

/** One decision for each service that is not as it should be, in the order of starting. */
export function decide({ desired, actual, ahead, writing }: Deciding): readonly Decision[] {
  const decisions = new Map<string, Decision>();
  for (const [name, service] of Object.entries(desired.services)) {
    const containers = actual?.services[name] ?? [];
    const anew = [
      ...(service.looks.networks ?? []).filter((network) => actual?.networks?.[network] !== undefined).map((network) => `its network ${network}`),
      ...service.follows.filter((other) => ["creates", "recreates"].includes(decisions.get(other)?.does ?? "")),
    ];
    const reasons = recreation(containers, { service, desired, ahead, writing, moved: actual?.moved[name] });
    const stopped = desired.state === "stopped" ? { anyway: actual === undefined } : undefined;
    const decision = one({ service, containers, stopped, reasons: [...reasons, ...anew.map((other) => `${other} is made anew`)] });
    if (decision !== undefined) decisions.set(name, { service: name, ...decision });
  }
  return [...decisions.values()];
}

interface Case {
  readonly service: StackService;
  readonly containers: readonly ContainerActual[];
  /** Set when it should not run. Of a stack that is not there at all, every service is named: what is found later was foretold. */
  readonly stopped: { readonly anyway: boolean } | undefined;
  readonly reasons: readonly string[];
}

type Doing = Omit<Decision, "service">;

function one({ service, containers, stopped, reasons }: Case): Doing | undefined {
  if (stopped !== undefined) return stopped.anyway || containers.some(({ state }) => state === "running") ? { does: "stops", reasons: [] } : undefined;
  if (containers.length === 0) return service.replicas === 0 ? undefined : { does: "creates", reasons: [] };
  if (reasons.length > 0) return { does: "recreates", reasons };
  if (containers.length !== service.replicas) return { does: "recreates", reasons: [`${containers.length} containers, not ${service.replicas}`] };
  return asItIs(containers, service);
}

// Made of the right things: what is left is whether it runs, and who made it.
function asItIs(containers: readonly ContainerActual[], service: StackService): Doing | undefined {
  const down = containers.find(({ state }) => state === "stopped" || state === "failed" || (state === "completed" && !mayEnd(service)));
  if (down !== undefined) return { does: "starts", reasons: [down.state === "failed" ? "it has failed" : "it is stopped"] };
  if (containers.some(({ spec }) => spec === undefined)) return { does: "adopts", reasons: ["somebody else started it as it should be"] };
  return containers.some(({ unhealthy }) => unhealthy) ? { does: "restarts", reasons: ["it is unhealthy"] } : undefined;
}

// Compose starts a finished one-shot at every `up` (portainer#10986): here it has done its work.
function mayEnd({ waitsFor, looks }: StackService): boolean {
  return waitsFor === "completed" || looks.restart === "no" || looks.restart.startsWith("on-failure");
}

interface Comparing {
  readonly service: StackService;
  readonly desired: Stack;
  readonly ahead: Ahead;
  readonly writing: ReadonlySet<string>;
  readonly moved: string | undefined;
}

function recreation(containers: readonly ContainerActual[], { service, desired, ahead, writing, moved }: Comparing): readonly string[] {
  const content = contentText(service, desired);
  const [spec, files] = [ahead.digest(service.spec), content === undefined ? undefined : ahead.digest(content)];
  const written = service.uses.filter((path) => writing.has(path));
  const each = containers.flatMap((container) =>
    container.foreign === undefined ? own(container, { spec, files, looks: service.looks }) : foreign(container, { service, ahead }),
  );
  const known = containers.length === 0 || desired.state === "stopped";
  const uses = written.length > 0 ? [`it mounts ${written.join(", ")}`] : [];
  return known
    ? []
    : [
        ...new Set([
          ...each,
          ...(each.length === 0 ? uses : []),
          ...(moved === undefined || service.looks.digest !== undefined ? [] : ["its tag has moved in the registry"]),
        ]),
      ];
}

interface Made {
  readonly spec: string | undefined;
  readonly files: string | undefined;
  readonly looks: Looks;
}

function own(container: ContainerActual, { spec, files, looks }: Made): readonly string[] {
  const drift = drifted(container, looks);
  const changed = container.spec !== spec ? (drift.length > 0 ? drift : ["its definition changes"]) : drift;
  const stale = container.content !== files ? ["what it mounts changes"] : [];
  return [...changed, ...stale];
}

function foreign(container: ContainerActual, { service, ahead }: { readonly service: StackService; readonly ahead: Ahead }): readonly string[] {
  const { command = [], environment = "" } = container.foreign ?? {};
  const { looks } = service;
  return [
    ...drifted(container, looks),
    ...(looks.command !== undefined && !same(looks.command, command) ? ["command differs"] : []),
    ...(ahead.digest(service.environment) !== environment ? ["environment differs"] : []),
  ];
}

/** What runs otherwise than the service says, and what it was: `docker update`, `docker network disconnect`, a pulled image. */
function drifted(container: ContainerActual, looks: Looks): readonly string[] {
  const compared = [
    ["restart", container.restart, looks.restart],
    ["memory", container.memory, looks.memory],
    ["cpus", container.nanoCpus / 1e9, looks.nanoCpus / 1e9],
    ["networks", container.networks, looks.networks],
    ["mounts", container.mounts, looks.mounts],
    ["ports", container.ports, looks.ports],
  ] as const;
  const differing = compared
    .filter(([, is, wanted]) => wanted !== undefined && !same(is, wanted))
    .map(([what, is, wanted]) => `${what} ${shown(is)} → ${shown(wanted)}`);
  return [...imageDrift(container, looks), ...differing];
}

function imageDrift({ image, named, imageName, locked }: ContainerActual, looks: Looks): readonly string[] {
  if (looks.image === undefined) return [];
  if (imageName !== looks.image) return [`image ${imageName} → ${looks.image}`];
  if (looks.digest !== undefined) return locked === true ? [] : [`image ${looks.image} is not the locked one: ${short(image)} → ${short(looks.digest)}`];
  return named !== undefined && named !== image ? [`image ${looks.image} was pulled since: ${short(image)} → ${short(named)}`] : [];
}

function short(id: string): string {
  return id.replace("sha256:", "").slice(0, 12);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return String(value === 0 ? "unlimited" : value);
}
