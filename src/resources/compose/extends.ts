// `extends` within one file: a service takes what another one has and it has not.
import { isRecord } from "../../lib/json.ts";
import type { Document } from "../../model/documents/parse.ts";
import type { Problem } from "../../model/problem.ts";

type Raw = Readonly<Record<string, unknown>>;

export interface Extended {
  readonly services: Readonly<Record<string, Raw>>;
  readonly problems: readonly Problem[];
}

/** The services with `extends` of the same file resolved. Another file's services, and `include`, are refused: a stack is one file. */
export function extended(tree: Raw, document: Document): Extended {
  const services = (isRecord(tree["services"]) ? tree["services"] : {}) as Readonly<Record<string, Raw>>;
  const problems: Problem[] = [];
  if (tree["include"] !== undefined) problems.push(notOneFile(document, ["include"], "include"));
  const resolved = Object.keys(services).map((name) => [name, resolve(name, { services, document, problems, above: [] })] as const);
  return { services: Object.fromEntries(resolved), problems };
}

interface Resolving {
  readonly services: Readonly<Record<string, Raw>>;
  readonly document: Document;
  readonly problems: Problem[];
  readonly above: readonly string[];
}

function resolve(name: string, on: Resolving): Raw {
  const { extends: from, ...own } = on.services[name] ?? {};
  if (from === undefined) return own;
  const path = ["services", name, "extends"];
  if (isRecord(from) && from["file"] !== undefined) return refuse(own, notOneFile(on.document, path, `extends of ${String(from["file"])}`), on);
  const base = String(isRecord(from) ? from["service"] : from);
  const at = on.document.at(path);
  if (on.services[base] === undefined) return refuse(own, { code: "input", message: `service ${name} extends ${base}, which is not in this file`, at }, on);
  if ([...on.above, name].includes(base)) return refuse(own, { code: "input", message: `service ${name} extends itself by way of ${base}`, at }, on);
  return merge(resolve(base, { ...on, above: [...on.above, name] }), own);
}

function refuse(own: Raw, problem: Problem, { problems }: Resolving): Raw {
  problems.push(problem);
  return own;
}

// Maps are merged, lists are joined, the rest is replaced; a command is one value (compose-spec, 13-merge.md).
function merge(base: Raw, own: Raw): Raw {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])].filter((key) => key !== "profiles" || own[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, own[key] === undefined ? base[key] : joined(key, base[key], own[key])]));
}

const replaced: ReadonlySet<string> = new Set(["command", "entrypoint", "test"]);

function joined(key: string, base: unknown, own: unknown): unknown {
  if (replaced.has(key) || base === undefined) return own;
  if (isRecord(base) && isRecord(own)) return merge(base, own);
  return Array.isArray(base) && Array.isArray(own) ? [...base, ...own] : own;
}

function notOneFile(document: Document, path: readonly string[], what: string): Problem {
  const hint = "write the services into this file, or make a stack of their own";
  return { code: "input", message: `${what}: a stack is one compose file`, at: document.at(path, "key"), hint };
}
