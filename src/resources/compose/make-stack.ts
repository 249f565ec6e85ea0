// From a compose file that was read to the stack it should be on a host.
import { posix } from "node:path";
import { hasSecret, type Text } from "../../model/text.ts";
import type { Looks, Stack, StackFile, StackService } from "./desired.ts";
import type { ComposeFile, Part } from "./file.ts";
import { needsOf, orderOf } from "./order.ts";
import { looksOfParts } from "./parts.ts";
import { jsonText, specText } from "./render.ts";
import { pairsOf, type Service } from "./service.ts";
import { withoutTokens } from "./tokens.ts";
import { givenTo, inlinedBy, secretFiles } from "./values.ts";

export interface StackPlace {
  readonly dir: string;
  readonly locked: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, { readonly content: Text; readonly mode?: string; readonly owner?: string; readonly group?: string }>>;
}

/** The services, the rest of the file, and the files that go with it. */
export function stackParts(
  compose: ComposeFile,
  { dir, files, locked }: StackPlace,
): Pick<Stack, "services" | "rest" | "external" | "networks" | "volumes" | "files"> {
  const completed = new Set([...compose.services.values()].flatMap(({ dependsOn }) => dependsOn.filter(isCompletion).map(({ service }) => service)));
  const sorted = orderOf(compose.services.values());
  const names = "order" in sorted ? sorted.order : [...compose.services.keys()];
  const kept = Object.fromEntries([...Object.entries(files), ...secretFiles(compose)].map(([path, file]) => [path, fileOf(file)]));
  const on: Making = { compose, dir, locked, paths: Object.keys(kept), completed };
  const services = names.flatMap((name) => compose.services.get(name) ?? []).map((service) => [service.name, serviceOf(service, on)] as const);
  return { services: Object.fromEntries(services), rest: restOf(compose), external: externalOf(compose), ...looksOfParts(compose), files: kept };
}

interface Making {
  readonly compose: ComposeFile;
  readonly dir: string;
  readonly locked: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  /** Services that somebody waits for to end. */
  readonly completed: ReadonlySet<string>;
}

function isCompletion({ condition }: Service["dependsOn"][number]): boolean {
  return condition === "service_completed_successfully";
}

function fileOf({ content, mode, owner = "root", group = "root" }: StackPlace["files"][string]): StackFile {
  return { content, mode: mode ?? (hasSecret(content) ? "0600" : "0644"), owner, group };
}

function serviceOf(service: Service, on: Making): StackService {
  const { profiles: _, ...raw } = service.raw;
  const needs = needsOf(service).filter((name) => on.compose.services.has(name));
  return {
    spec: specText(raw, Object.fromEntries(pairsOf(raw["labels"]))),
    looks: looksOf(service, on),
    environment: [...service.environment].sort(byName).flatMap(([name, value]) => [`${name}=`, ...withoutTokens(value ?? ""), "\n"]),
    environmentNames: [...service.environment.keys()],
    replicas: service.replicas,
    uses: usesOf(service, on),
    ...inlinedBy(service, on.compose),
    after: [...new Set(needs)],
    follows: needs.filter((name) => followed(service, name)),
    waitsFor: on.completed.has(service.name) ? "completed" : "running",
  };
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function followed({ raw, networkMode }: Service, name: string): boolean {
  return [networkMode, raw["ipc"], raw["pid"]].includes(`service:${name}`);
}

function looksOf(service: Service, { compose, dir, locked }: Making): Looks {
  const { image, raw, restart } = service;
  const networks = service.networks.map((key) => compose.networks.get(key)?.name ?? key).sort();
  const command = Array.isArray(raw["command"]) && !JSON.stringify(raw["command"]).includes("\uE000") ? raw["command"].map(String) : undefined;
  return {
    ...(image === undefined ? {} : { image }),
    ...(image !== undefined && Object.hasOwn(locked, image) ? { digest: locked[image] } : {}),
    ...(service.containerName === undefined ? {} : { containerName: service.containerName }),
    restart,
    memory: service.memory ?? 0,
    nanoCpus: service.nanoCpus ?? 0,
    ...(service.networkMode === undefined ? { networks } : {}),
    mounts: mountsOf(service, { compose, dir }),
    ...givenTo(service),
    ports: service.ports
      .flatMap(({ published, target, protocol, hostIp }) => (published === undefined ? [] : [`${target}/${protocol}=${hostIp}:${published}`]))
      .sort(),
    ...(command === undefined ? {} : { command }),
  };
}

function mountsOf({ mounts }: Service, { compose, dir }: Pick<Making, "compose" | "dir">): readonly string[] {
  const named = mounts.filter(({ type, source }) => type === "bind" || (type === "volume" && source !== ""));
  return named
    .map(({ type, source, target, readOnly }) => {
      const from = type === "bind" ? posix.resolve(dir, source) : (compose.volumes.get(source)?.name ?? source);
      return `${target.replace(/(.)\/$/, "$1")}=${from}${readOnly ? ":ro" : ""}`;
    })
    .sort();
}

// Files that a bind mount, a config or a secret brings into the container: the file itself, or all below a folder.
function usesOf(service: Service, { compose, dir, paths }: Making): readonly string[] {
  const parts = [...service.configs.map((key) => compose.configs.get(key)), ...service.secrets.map((key) => compose.secrets.get(key))];
  const sources = [...service.mounts.filter(({ type }) => type === "bind").map(({ source }) => source), ...parts.flatMap((part) => fileOfPart(part))];
  const below = sources.map((source) => posix.relative(dir, posix.resolve(dir, source))).filter((path) => !path.startsWith(".."));
  return paths.filter((path) => below.some((folder) => folder === "" || path === folder || path.startsWith(`${folder}/`))).sort();
}

function fileOfPart(part: Part | undefined): readonly string[] {
  return typeof part?.raw["file"] === "string" ? [part.raw["file"]] : [];
}

function restOf(compose: ComposeFile): Text {
  const sections = (["networks", "volumes", "configs", "secrets"] as const)
    .map(
      (section) =>
        [
          section,
          Object.fromEntries([...compose[section].values()].map(({ key, raw, name, external }) => [key, external ? { external, name } : { ...raw, name }])),
        ] as const,
    )
    .filter(([, parts]) => Object.keys(parts).length > 0);
  return sections.flatMap(([section, parts], index): Text => [`${index === 0 ? "" : ",\n"}"${section}":`, ...jsonText(parts)]);
}

function externalOf({ networks, volumes }: ComposeFile): readonly string[] {
  const named = (what: string, parts: ReadonlyMap<string, Part>) => [...parts.values()].filter(({ external }) => external).map(({ name }) => `${what}:${name}`);
  return [...named("network", networks), ...named("volume", volumes)];
}
