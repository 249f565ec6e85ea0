// A compose file read: its services in long forms, its networks and volumes, and everything that is wrong with it at its place.
import { isRecord } from "../../lib/json.ts";
import { type Document, parseYaml } from "../../model/documents/parse.ts";
import { validate } from "../../model/documents/validate.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import { checksOf } from "./checks.ts";
import { readEnvFile } from "./env-file.ts";
import { envFilesOf, mergedEnvironment } from "./environment.ts";
import { extended } from "./extends.ts";
import { fillIn } from "./fill.ts";
import type { Lookup } from "./interpolate.ts";
import { composeSchema } from "./schema.ts";
import { type Service, serviceOf } from "./service.ts";
import { withValues } from "./values.ts";

/** What a compose file is read with. */
export interface ComposeSource {
  /** The file's name, as messages show it: `stacks/media/compose.yaml`. */
  readonly file: string;
  readonly content: string;
  /** Values of variables, before the `.env` file. Strings may hold tokens. */
  readonly env: Readonly<Record<string, string>>;
  /** The text files beside it, by their path from its folder; `.env` among them. */
  readonly files: Readonly<Record<string, string>>;
  /** Active profiles; services with other profiles do not take part. */
  readonly profiles: readonly string[];
  /** The project's name where the file gives none. */
  readonly name: string;
}

/** A network, volume, config or secret of the file. */
export interface Part {
  readonly key: string;
  /** Its name in the engine. */
  readonly name: string;
  readonly external: boolean;
  readonly raw: Readonly<Record<string, unknown>>;
  /** Of a secret that the file takes from a variable: what the variable holds. It may hold tokens. */
  readonly value?: string;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: ReadonlyMap<string, Service>;
  readonly networks: ReadonlyMap<string, Part>;
  readonly volumes: ReadonlyMap<string, Part>;
  readonly configs: ReadonlyMap<string, Part>;
  readonly secrets: ReadonlyMap<string, Part>;
  /** Files that were read into the environment of services, `.env` among them: their values are in the rendered file. */
  readonly envFiles: ReadonlySet<string>;
  readonly document: Document;
}

export interface ReadCompose {
  /** Undefined when it does not parse or has another shape. */
  readonly compose?: ComposeFile;
  /** What Compose would refuse, and variables that nothing defines. */
  readonly problems: readonly Problem[];
  /** What works, but is not wise. */
  readonly warnings: readonly Problem[];
}

/** Reads without touching anything; never throws for what is in the file. */
export function readCompose(source: ComposeSource): ReadCompose {
  try {
    return readDocument(source, parseYaml(source.file, source.content, "foreign"));
  } catch (thrown) {
    if (!(thrown instanceof ProblemError)) throw thrown;
    return { problems: thrown.problems.map((problem) => templated(problem, source)), warnings: [] };
  }
}

// Ansible's templates have compose files' names, too.
function templated(problem: Problem, { content }: ComposeSource): Problem {
  return /\{\{.*\}\}|\{%/.test(content)
    ? { ...problem, hint: "this is a template: write ${NAME} where it has {{ NAME }}, and give the values in the stack's env" }
    : problem;
}

function readDocument(source: ComposeSource, document: Document): ReadCompose {
  if (!isRecord(document.value)) return refused(document, "the compose file is empty");
  const dotEnv = readEnvFile(beside(source.file, ".env"), source.files[".env"] ?? "", (name) => source.env[name]);
  const lookup: Lookup = (name) => source.env[name] ?? dotEnv.entries.get(name);
  const { tree, problems } = fillIn(document, active(document.value, source.profiles), lookup);
  const before = [...dotEnv.problems, ...problems];
  const shaped = validate({ ...document, value: tree }, composeSchema);
  if (shaped.length > 0 || !isRecord(tree)) return { problems: [...before, ...shaped], warnings: [] };
  return readTree(tree, { source, document, lookup, before });
}

interface Reading {
  readonly source: ComposeSource;
  readonly document: Document;
  readonly lookup: Lookup;
  readonly before: readonly Problem[];
}

function readTree(tree: Readonly<Record<string, unknown>>, { source, document, lookup, before }: Reading): ReadCompose {
  const unfit = extended(tree, document);
  const name = typeof tree["name"] === "string" ? tree["name"] : source.name;
  const merged = mergedEnvironment(unfit.services, { source, document, lookup });
  const services = new Map(Object.entries(merged.services).map(([key, raw]) => [key, serviceOf(key, raw)]));
  const parts = (section: string, prefix: string) => partsOf(tree[section], prefix);
  const valued = withValues({ configs: parts("configs", ""), secrets: parts("secrets", "") }, { document, lookup });
  const compose: ComposeFile = {
    name,
    services,
    networks: withDefault(parts("networks", `${name}_`), services, name),
    volumes: parts("volumes", `${name}_`),
    configs: valued.configs,
    secrets: valued.secrets,
    envFiles: new Set([".env", ...Object.values(unfit.services).flatMap((raw) => envFilesOf(raw))]),
    document,
  };
  const { problems, warnings } = checksOf(compose);
  return { compose, problems: [...before, ...unfit.problems, ...merged.problems, ...valued.problems, ...problems], warnings };
}

// A service of another profile does not take part, not even with its variables.
function active(value: Readonly<Record<string, unknown>>, profiles: readonly string[]): Readonly<Record<string, unknown>> {
  const services = value["services"];
  if (!isRecord(services)) return value;
  const takesPart = (service: unknown) => {
    const own = isRecord(service) && Array.isArray(service["profiles"]) ? service["profiles"] : [];
    return own.length === 0 || profiles.includes("*") || own.some((one) => profiles.includes(String(one)));
  };
  return { ...value, services: Object.fromEntries(Object.entries(services).filter(([, service]) => takesPart(service))) };
}

function partsOf(section: unknown, prefix: string): ReadonlyMap<string, Part> {
  const entries = Object.entries(isRecord(section) ? section : {});
  return new Map(entries.map(([key, value]) => [key, partOf(key, isRecord(value) ? value : {}, prefix)]));
}

function partOf(key: string, raw: Readonly<Record<string, unknown>>, prefix: string): Part {
  const old = isRecord(raw["external"]) ? raw["external"] : undefined;
  const external = raw["external"] === true || old !== undefined;
  const name = raw["name"] ?? old?.["name"];
  return { key, name: typeof name === "string" ? name : `${external ? "" : prefix}${key}`, external, raw };
}

function withDefault(networks: ReadonlyMap<string, Part>, services: ReadonlyMap<string, Service>, name: string): ReadonlyMap<string, Part> {
  const wanted = [...services.values()].some((service) => service.networks.includes("default"));
  if (networks.has("default") || !wanted) return networks;
  return new Map([...networks, ["default", { key: "default", name: `${name}_default`, external: false, raw: {} }]]);
}

function refused(document: Document, message: string): ReadCompose {
  return { problems: [{ code: "input", message, at: document.at([]) }], warnings: [] };
}

/** A file's name beside another one's. */
export function beside(file: string, name: string): string {
  return `${file.slice(0, file.lastIndexOf("/") + 1)}${name}`;
}
