// A compose file's data with its variables filled in, and everything that is wrong with them at its place.
import { isRecord } from "../../lib/json.ts";
import type { Document, Path } from "../../model/documents/parse.ts";
import type { Problem } from "../../model/problem.ts";
import { interpolate, type Lookup } from "./interpolate.ts";
import { hasToken } from "./tokens.ts";

interface Filling {
  readonly document: Document;
  readonly lookup: Lookup;
  readonly problems: Problem[];
}

const freeKeys: ReadonlySet<string> = new Set([
  "environment",
  "labels",
  "args",
  "sysctls",
  "annotations",
  "driver_opts",
  "options",
  "storage_opt",
  "extra_hosts",
]);
const flags: ReadonlySet<string> = new Set(
  "privileged read_only tty stdin_open init oom_kill_disable external internal attachable enable_ipv4 enable_ipv6 required disable no_cache pull attach".split(
    " ",
  ),
);

/** The tree without its `x-` keys and with variables filled in. Keys are never filled in, as in Compose. */
export function fillIn(document: Document, tree: unknown, lookup: Lookup): { readonly tree: unknown; readonly problems: readonly Problem[] } {
  const filling: Filling = { document, lookup, problems: [] };
  return { tree: filled(tree, [], filling), problems: filling.problems };
}

function filled(value: unknown, path: Path, filling: Filling): unknown {
  if (typeof value === "string") return filledText(value, path, filling);
  if (Array.isArray(value)) return value.map((item, index) => filled(item, [...path, index], filling));
  if (!isRecord(value)) return value;
  const free = freeKeys.has(String(path.at(-1)));
  const kept = Object.entries(value).filter(([key]) => free || !key.startsWith("x-"));
  return Object.fromEntries(kept.map(([key, member]) => [key, filled(member, [...path, key], filling)]));
}

function filledText(text: string, path: Path, { document, lookup, problems }: Filling): unknown {
  const { value, used, missing, wrong } = interpolate(text, lookup);
  const at = document.at(path);
  if (wrong !== undefined) problems.push({ code: "input", message: `${named(path)}: ${wrong}`, at, hint: "a dollar that is meant is written twice: $$" });
  const [first] = missing;
  if (first !== undefined) {
    const names = [...new Set(missing)];
    const hint = `give it in the stack's env or in its .env file; where empty is meant, write \${${first}:-}`;
    problems.push({ code: "input", message: `${named(path)}: ${names.join(", ")} ${names.length > 1 ? "are not defined" : "is not defined"}`, at, hint });
  }
  return used && !hasToken(value) ? cast(value, path) : value;
}

// Compose turns a filled-in text into what stands there in the schema.
function cast(value: string, path: Path): unknown {
  const key = String(path.at(-1));
  if (!flags.has(key) || freeKeys.has(String(path.at(-2)))) return value;
  const word = value.toLowerCase();
  if (["true", "yes", "y", "on", "1"].includes(word)) return true;
  return ["false", "no", "n", "off", "0"].includes(word) ? false : value;
}

/** A path for people: `services.web.ports[0]`. */
export function named(path: Path): string {
  return path
    .map((piece) => (typeof piece === "number" ? `[${piece}]` : `.${piece}`))
    .join("")
    .replace(/^\./, "");
}
