// One lookup for each sort of source: names in, the values that are there out.
import type { SecretSource } from "../model/ports/secrets.ts";
import { ProblemError } from "../model/problem.ts";
import { type FileSource, readSecretsFile, wrongYaml } from "./age-file.ts";
import { valueAt } from "./names.ts";
import { readVault } from "./vault.ts";

/** What sources need of the outside. */
export interface Outside extends FileSource {
  /** Runs a program to its end, without a shell; `status` is -1 when it could not be started. Never rejects. */
  run(argv: readonly string[]): Promise<{ readonly status: number; readonly stdout: string }>;
}

/** The value of a name; undefined when this source has none. Throws ProblemError when the source cannot be read. */
export type Lookup = (name: string) => Promise<string | undefined>;

/** Opens nothing before the first name is asked for, and everything once. */
export function lookupIn(source: SecretSource, outside: Outside): Lookup {
  if ("env" in source) return async (name) => outside.env[`${source.env}${capitals(name)}`];
  if ("file" in source) return fromTree(() => readSecretsFile(source.file, outside));
  if ("vault" in source) return fromTree(() => readVault(source.vault, outside));
  const { command } = source;
  if (!command.some((word) => word.includes("{name}"))) return fromTree(() => allOf(command, outside));
  return (name) => oneOf(command, name, outside);
}

/** How a source is called in messages. */
export function sourceName(source: SecretSource): string {
  if ("file" in source) return source.file;
  if ("env" in source) return `${source.env}…`;
  if ("vault" in source) return `${source.vault.address} ${source.vault.path}`;
  return `the command ${source.command[0] ?? ""}`;
}

/** A name as part of a variable: `PIHOLE_PASSWORD` for `pihole.password`. */
export function capitals(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

function fromTree(read: () => Promise<unknown>): Lookup {
  let content: Promise<unknown> | undefined;
  return async (name) => {
    content ??= read();
    return valueAt(await content, name);
  };
}

// One line feed at the end is the program's, not the value's.
async function oneOf(command: readonly string[], name: string, { run }: Outside): Promise<string | undefined> {
  const { status, stdout } = await run(command.map((word) => word.replaceAll("{name}", () => name)));
  if (status !== 0) throw failed(command, status, ` for "${name}"`);
  const value = stdout.replace(/\r?\n$/, "");
  return value === "" ? undefined : value;
}

async function allOf(command: readonly string[], { run }: Outside): Promise<unknown> {
  const { status, stdout } = await run(command);
  if (status !== 0) throw failed(command, status, "");
  const wrong = await wrongYaml(stdout);
  if (wrong !== undefined) throw new ProblemError({ code: "input", message: `what the command ${command[0] ?? ""} prints is no YAML of secrets: ${wrong}` });
  const { parseDocument } = await import("yaml");
  return parseDocument(stdout, { logLevel: "silent" }).toJS({ maxAliasCount: 0 });
}

// What it printed stays unsaid: it may hold the very value.
function failed(command: readonly string[], status: number, what: string): ProblemError {
  const how = status < 0 ? "could not be run to its end" : `ended with ${status}`;
  return new ProblemError({
    code: "input",
    message: `asking the command ${command[0] ?? ""} for secrets: it ${how}${what}`,
    hint: "run it by hand to see why",
  });
}
