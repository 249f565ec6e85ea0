// One service of a compose file in long forms, whatever forms the file used.
import { isRecord } from "../../lib/json.ts";
import { bytesOf, nanoCpusOf, type Port, portsOf } from "./amounts.ts";

/** A mount of a container. `source` is a path of the host as written, a volume's key, or empty. */
export interface Mount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface Dependency {
  readonly service: string;
  readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";
  readonly required: boolean;
}

export interface Service {
  readonly name: string;
  /** As it is rendered: the file's own keys, variables filled in, env files merged into `environment`. Strings may hold tokens. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly image?: string;
  readonly containerName?: string;
  readonly replicas: number;
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  /** Keys of networks; undefined where `network_mode` says something else. */
  readonly networks: readonly string[];
  readonly networkMode?: string;
  readonly dependsOn: readonly Dependency[];
  /** Undefined is a name without a value. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  /** Keys of configs and secrets. */
  readonly configs: readonly string[];
  readonly secrets: readonly string[];
  /** In Docker's words: "no" when left out. */
  readonly restart: string;
  readonly memory?: number;
  readonly nanoCpus?: number;
}

/** The service in long forms. The value has passed the schema; what it cannot say is left out here and found by checks.ts. */
export function serviceOf(name: string, raw: Readonly<Record<string, unknown>>): Service {
  const { image, container_name: containerName, network_mode: networkMode, restart } = raw;
  return {
    name,
    raw,
    ...text("image", image),
    ...text("containerName", containerName),
    ...text("networkMode", networkMode),
    replicas: replicasOf(raw),
    ports: list(raw["ports"]).flatMap((one) => asList(portsOf(one))),
    mounts: [...list(raw["volumes"]).flatMap((one) => asList(mountOf(one))), ...listOf(raw["tmpfs"]).map(tmpfsOf)],
    networks: networkMode === undefined ? networksOf(raw["networks"]) : [],
    dependsOn: dependenciesOf(raw["depends_on"]),
    environment: pairsOf(raw["environment"]),
    configs: list(raw["configs"]).map(sourceOf),
    secrets: list(raw["secrets"]).map(sourceOf),
    restart: typeof restart === "string" ? restart : restartOf(raw),
    ...limitsOf(raw),
  };
}

/** A map or a list of NAME=value as a map; undefined is a name without a value. */
export function pairsOf(value: unknown): ReadonlyMap<string, string | undefined> {
  if (isRecord(value)) return new Map(Object.entries(value).map(([key, member]) => [key, member === null ? undefined : String(member)]));
  return new Map(
    list(value).map((item) => {
      const [all, at] = [String(item), String(item).indexOf("=")];
      return at === -1 ? [all, undefined] : [all.slice(0, at), all.slice(at + 1)];
    }),
  );
}

/** The mount of `./config:/config:ro` or the long form; a text says what is wrong. */
export function mountOf(value: unknown): Mount | string {
  if (isRecord(value)) {
    const { type, source = "", target = "", read_only: readOnly = false } = value;
    return { type: String(type), source: String(source), target: String(target), readOnly: readOnly === true };
  }
  const parts = String(value).split(":");
  if (parts.length > 3) return "too many colons";
  if (parts.some((part) => part === "")) return "nothing between two colons, or at an end";
  const [first = "", target, mode = ""] = parts;
  if (target === undefined) return { type: "volume", source: "", target: first, readOnly: false };
  return { type: isPath(first) ? "bind" : "volume", source: first, target, readOnly: mode.split(",").includes("ro") };
}

function isPath(source: string): boolean {
  return /^[./~]/.test(source);
}

function tmpfsOf(value: unknown): Mount {
  return { type: "tmpfs", source: "", target: String(value).split(":")[0] ?? "", readOnly: false };
}

function networksOf(value: unknown): readonly string[] {
  const keys = isRecord(value) ? Object.keys(value) : list(value).map(String);
  return keys.length === 0 ? ["default"] : keys;
}

function dependenciesOf(value: unknown): readonly Dependency[] {
  if (!isRecord(value)) return list(value).map((service) => ({ service: String(service), condition: "service_started", required: true }));
  return Object.entries(value).map(([service, given]) => {
    const { condition, required } = isRecord(given) ? given : {};
    return { service, condition: condition as Dependency["condition"], required: required !== false };
  });
}

function replicasOf(raw: Readonly<Record<string, unknown>>): number {
  const deployed = isRecord(raw["deploy"]) ? raw["deploy"]["replicas"] : undefined;
  return Number(raw["scale"] ?? deployed ?? 1);
}

const conditions: Readonly<Record<string, string>> = { none: "no", any: "always", "on-failure": "on-failure" };

function restartOf(raw: Readonly<Record<string, unknown>>): string {
  const policy = isRecord(raw["deploy"]) ? raw["deploy"]["restart_policy"] : undefined;
  return isRecord(policy) ? (conditions[String(policy["condition"] ?? "any")] ?? "no") : "no";
}

function limitsOf(raw: Readonly<Record<string, unknown>>): Pick<Service, "memory" | "nanoCpus"> {
  const deploy = isRecord(raw["deploy"]) ? raw["deploy"] : {};
  const resources = isRecord(deploy["resources"]) ? deploy["resources"] : {};
  const limits = isRecord(resources["limits"]) ? resources["limits"] : {};
  const [memory, nanoCpus] = [bytesOf(limits["memory"] ?? raw["mem_limit"]), nanoCpusOf(limits["cpus"] ?? raw["cpus"])];
  return { ...(memory === undefined ? {} : { memory }), ...(nanoCpus === undefined ? {} : { nanoCpus }) };
}

function sourceOf(value: unknown): string {
  return isRecord(value) ? String(value["source"] ?? "") : String(value);
}

function asList<Item>(value: Item | readonly Item[] | string): readonly Item[] {
  if (typeof value === "string") return [];
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function listOf(value: unknown): readonly unknown[] {
  return typeof value === "string" ? [value] : list(value);
}

function text<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
  return typeof value === "string" ? ({ [key]: value } as { readonly [K in Key]: string }) : {};
}
