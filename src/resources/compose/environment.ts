// The environment of services: env files read, names without a value looked up.
import { isRecord } from "../../lib/json.ts";
import type { Document, Path } from "../../model/documents/parse.ts";
import type { Problem } from "../../model/problem.ts";
import { readEnvFile } from "./env-file.ts";
import type { ComposeSource } from "./file.ts";
import { named } from "./fill.ts";
import type { Lookup } from "./interpolate.ts";
import { pairsOf } from "./service.ts";

type Raw = Readonly<Record<string, unknown>>;

interface Around {
  readonly source: ComposeSource;
  readonly document: Document;
  readonly lookup: Lookup;
}

/** The services with env files merged into `environment` (which wins), and names without a value filled in. */
export function mergedEnvironment(
  services: Readonly<Record<string, Raw>>,
  around: Around,
): { readonly services: Readonly<Record<string, Raw>>; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const merged = Object.entries(services).map(([name, raw]) => [name, withEnvironment(name, raw, { ...around, problems })] as const);
  return { services: Object.fromEntries(merged), problems };
}

type Merging = Around & { readonly problems: Problem[] };

function withEnvironment(name: string, raw: Raw, on: Merging): Raw {
  const { env_file: files, environment, ...rest } = raw;
  if (files === undefined && environment === undefined) return raw;
  const values = new Map<string, string>();
  for (const [index, file] of [files ?? []].flat().entries())
    readInto(values, file, { ...on, path: ["services", name, "env_file", ...(Array.isArray(files) ? [index] : [])] });
  for (const [key, value] of pairsOf(environment)) set(values, { key, value, path: placeOf(name, key, environment) }, on);
  return { ...rest, environment: Object.fromEntries(values) };
}

function set(values: Map<string, string>, { key, value, path }: { key: string; value: string | undefined; path: Path }, on: Merging): void {
  const found = value ?? on.lookup(key);
  if (found !== undefined) values.set(key, found);
  else if (!values.has(key)) on.problems.push(unset(key, path, on));
}

function placeOf(name: string, key: string, environment: unknown): Path {
  return ["services", name, "environment", Array.isArray(environment) ? environment.indexOf(key) : key];
}

function unset(key: string, path: Path, { document }: Merging): Problem {
  const hint = `give ${key} in the stack's env or in its .env file; where empty is meant, write ${key}=`;
  return { code: "input", message: `${named(path.slice(0, 3))}: the variable ${key} has no value here and is not defined`, at: document.at(path, "key"), hint };
}

/** Paths of a service's env files. */
export function envFilesOf({ env_file: files }: Raw): readonly string[] {
  return [files ?? []].flat().map(pathOf);
}

function pathOf(entry: unknown): string {
  return String(isRecord(entry) ? entry["path"] : entry).replace(/^\.\//, "");
}

function readInto(values: Map<string, string>, entry: unknown, on: Merging & { readonly path: Path }): void {
  const path = pathOf(entry);
  const content = on.source.files[path];
  if (content === undefined) on.problems.push(...missing(path, entry, on));
  if (content === undefined) return;
  const { entries, problems } = readEnvFile(`${on.source.file.slice(0, on.source.file.lastIndexOf("/") + 1)}${path}`, content, on.lookup);
  on.problems.push(...problems);
  for (const [key, value] of entries) {
    const found = value ?? on.lookup(key);
    if (found !== undefined) values.set(key, found);
  }
}

function missing(file: string, entry: unknown, { document, path }: Merging & { readonly path: Path }): readonly Problem[] {
  if (isRecord(entry) && entry["required"] === false) return [];
  const message = `${named(path)}: there is no env file ${file} beside the compose file`;
  return [{ code: "input", message, at: document.at(path), hint: "put it into the stack's folder" }];
}
