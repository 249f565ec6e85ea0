// Looks at a Pi-hole's settings, and finds before anything is sent what it would ignore or refuse.
import { type Json, same } from "../../lib/json.ts";
import { didYouMean } from "../../lib/suggest.ts";
import { blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import { type PiholeSetting, type PiholeSettings, piholeNormal } from "../../model/ports/pihole.ts";
import type { Problem } from "../../model/problem.ts";
import type { PiholeConfig } from "./config-desired.ts";
import { ftlUnit } from "./door.ts";

/** `hasPassword`: only where one is desired. Evidence: which of them restart FTL. */
export interface PiholeConfigActual {
  readonly settings: Readonly<Record<string, Json>>;
  readonly hasPassword?: boolean;
}

export async function probe(desired: PiholeConfig, on: Pick<Readers, "pihole">): Promise<Found<PiholeConfigActual>> {
  const answer = await on.pihole.settings(desired.door);
  if (answer.answer === "nothing") return blocked(ftlUnit, `nothing answers HTTP on port ${desired.door.port ?? 80} of this host: ${answer.because}`);
  const because = problemIn(desired, answer.is);
  return because === undefined ? seen(desired, answer.is) : { found: "unknown", because };
}

function seen({ door, settings }: PiholeConfig, { settings: there, hasPassword }: PiholeSettings): Found<PiholeConfigActual> {
  const keys = Object.keys(settings);
  const actual = Object.fromEntries(keys.map((key) => [key, piholeNormal(there[key]?.value ?? null)]));
  const restarts = keys.filter((key) => there[key]?.restarts === true);
  return present({ settings: actual, ...(door.password === undefined ? {} : { hasPassword }) }, { restarts });
}

function problemIn({ settings }: PiholeConfig, { settings: there }: PiholeSettings): Problem | undefined {
  const found = Object.entries(settings).map(([key, value]) => problemWith(key, value, there));
  const [first, ...more] = found.filter((problem) => problem !== undefined);
  if (first === undefined) return readOnly(settings, there);
  return more.length === 0 ? first : { ...first, message: [first, ...more].map(({ message }) => message).join("; ") };
}

function problemWith(key: string, value: Json, there: PiholeSettings["settings"]): Problem | undefined {
  const setting = Object.hasOwn(there, key) ? there[key] : undefined;
  if (setting === undefined) return unknownKey(key, there);
  if (same(piholeNormal(setting.value), value)) return undefined;
  if (setting.locked) return lockedKey(key);
  return wrongValue(key, value, setting);
}

function unknownKey(key: string, there: PiholeSettings["settings"]): Problem {
  const hint = didYouMean(key, Object.keys(there)) ?? "look at `pihole-FTL --config` on the host";
  return { code: "input", message: `this Pi-hole has no setting "${key}", and would ignore it`, hint };
}

function lockedKey(key: string): Problem {
  const variable = `FTLCONF_${key.replaceAll(".", "_")}`;
  return {
    code: "input",
    message: `the setting ${key} is held by the environment variable ${variable}, and cannot be changed through the API`,
    hint: `take ${variable} out of the container's environment, or give the value that it has`,
  };
}

function wrongValue(key: string, value: Json, { value: now, type, allowed }: PiholeSetting): Problem | undefined {
  if (typeof value !== typeof now || Array.isArray(value) !== Array.isArray(now))
    return { code: "input", message: `the setting ${key} cannot be ${JSON.stringify(value)}`, hint: `it is of the type "${type}"` };
  if (allowed === undefined || allowed.some((item) => same(item, value))) return undefined;
  return {
    code: "input",
    message: `the setting ${key} cannot be ${JSON.stringify(value)}`,
    hint: `one of ${allowed.map((item) => JSON.stringify(item)).join(", ")}`,
  };
}

function readOnly(settings: PiholeConfig["settings"], there: PiholeSettings["settings"]): Problem | undefined {
  const differs = Object.entries(settings).some(([key, value]) => !same(piholeNormal(there[key]?.value ?? null), value));
  if (there["misc.readOnly"]?.value !== true || !differs) return undefined;
  return { code: "input", message: "this Pi-hole is read-only", hint: "set misc.readOnly to false in /etc/pihole/pihole.toml on the host" };
}
