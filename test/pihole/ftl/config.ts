// Settings: what a PATCH ignores, refuses and normalises; single entries of arrays, which race.
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Asked, json, notFound, record, refused } from "./answer.ts";
import { type Key, keys, type Value } from "./keys.ts";
import { wrongElement } from "./valid.ts";
import { type FtlWorld, hashOf, type Rank } from "./world.ts";

/** What a request for settings answers, and whether FTL starts anew afterwards. */
export interface Configured {
  readonly answer: Answer;
  readonly restart: boolean;
}

export async function config(asked: Asked, world: FtlWorld, session: Rank): Promise<Configured> {
  const { method, path } = asked;
  if (method === "GET") return still(read(asked, world));
  if (session === "cli" || (session === "app" && world.settings.get("webserver.api.app_sudo") !== true))
    return still(
      refused(403, ["forbidden", "Unable to change configuration (read-only)"], "The current app session is not allowed to modify Pi-hole config settings"),
    );
  if (world.settings.get("misc.readOnly") === true) return still(refused(403, ["forbidden", "The API is in read-only mode"]));
  if (method === "PATCH" && path.length === 1) return patch(asked, world);
  if (method === "PUT" || method === "DELETE") return element(asked, world);
  return still(notFound);
}

function still(answer: Answer): Configured {
  return { answer, restart: false };
}

function read({ path, query }: Asked, world: FtlWorld): Answer {
  const under = path.slice(1).join(".");
  const chosen = [...world.settings].filter(([key]) => under === "" || key === under || key.startsWith(`${under}.`));
  if (chosen.length === 0) return refused(400, ["bad_request", "Config item not found"]);
  const shown = chosen.map(([key, value]) => [key, query.get("detailed") === "true" ? detailed(key, value, world) : visible(key, value)] as const);
  return json(200, { config: tree(shown) });
}

function detailed(key: string, value: Value, { locked }: FtlWorld): object {
  const known = keys[key] as Key;
  const allowed = known.allowed?.map((item) => ({ item, description: item })) ?? "";
  const flags = { restart_dnsmasq: known.restart === true, session_reset: known.reset === true, env_var: locked.has(key), advanced: false };
  const modified = JSON.stringify(value) !== JSON.stringify(known.value);
  return { description: `About ${key}`, allowed, type: known.type, value: visible(key, value), default: known.value, modified, flags };
}

function visible(key: string, value: Value): Value {
  return keys[key]?.type.startsWith("password") === true ? "********" : value;
}

function tree(entries: readonly (readonly [string, unknown])[]): object {
  const root: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    const parts = key.split(".");
    const last = parts.pop() ?? "";
    let at = root;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return root;
}

function patch(asked: Asked, world: FtlWorld): Configured {
  const wanted = record(asked.body)["config"];
  if (wanted === undefined) return still(refused(400, ["bad_request", "No config object in JSON payload"]));
  const given = [...leaves(wanted)].filter(([key]) => world.settings.has(key)); // what it does not know, it does not mention
  const next = new Map<string, Value>();
  for (const [key, value] of given) {
    const known = keys[key] as Key;
    if (!fits(known, value)) return still(refused(400, ["bad_request", `Config item is invalid`], `${key}: not of type ${known.type}`));
    const normal = normalised(value as Value);
    const bad = wrongElement(key, normal);
    if (bad !== undefined) return still(refused(400, ["bad_request", bad.message], bad.hint));
    if (JSON.stringify(normal) !== JSON.stringify(world.settings.get(key)) || known.type.startsWith("password")) next.set(key, normal);
  }
  const [held] = [...next.keys()].filter((key) => world.locked.has(key));
  if (held !== undefined) return still(refused(400, ["bad_request", "Config items set via environment variables cannot be changed via the API"], held));
  store(next, world);
  const restart = asked.query.get("restart") !== "false" && [...next.keys()].some((key) => keys[key]?.restart === true);
  return { answer: read({ ...asked, path: ["config"] }, world), restart };
}

function* leaves(value: unknown, path: readonly string[] = []): Iterable<readonly [string, unknown]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) yield [path.join("."), value];
  else for (const [name, member] of Object.entries(value)) yield* leaves(member, [...path, name]);
}

function fits({ type, allowed }: Key, value: unknown): boolean {
  if (type === "boolean") return typeof value === "boolean";
  if (type === "unsigned integer") return Number.isInteger(value) && Number(value) >= 0;
  if (type === "string array") return Array.isArray(value) && value.every((item) => typeof item === "string");
  return typeof value === "string" && (allowed === undefined || allowed.includes(value));
}

function normalised(value: Value): Value {
  return Array.isArray(value) ? (value as readonly string[]).map((item) => item.trim().replace(/\s+/g, " ")) : value;
}

function store(next: ReadonlyMap<string, Value>, world: FtlWorld): void {
  for (const [key, value] of next) {
    if (key === "webserver.api.password") world.settings.set("webserver.api.pwhash", value === "" ? "" : hashOf(String(value)));
    else world.settings.set(key, value);
    if (keys[key]?.reset === true) world.sessions.clear(); // even when it is the same password
  }
}

// Each reads the array, takes its time, and writes back what it read and its own entry: of two at once, one is lost.
async function element({ method, path }: Asked, world: FtlWorld): Promise<Configured> {
  const [key, value] = [path.slice(1, -1).join("."), path.at(-1) ?? ""];
  const before = world.settings.get(key);
  if (!Array.isArray(before)) return still(notFound);
  await sleep(3);
  const restart = keys[key]?.restart === true;
  if (method === "DELETE") {
    if (!before.includes(value)) return still(notFound);
    world.settings.set(
      key,
      (before as readonly string[]).filter((item) => item !== value),
    );
    return { answer: { status: 204 }, restart };
  }
  if (before.includes(value)) return still(refused(400, ["bad_request", "Item already present"], "Uniqueness of items is enforced"));
  world.settings.set(key, [...(before as readonly string[]), value]);
  return { answer: json(201, {}), restart };
}
