// What is left of an inventory file without its mistakes of form, so that mistakes of meaning are told beside them.
import { isRecord } from "../lib/json.ts";
import type { Path } from "../model/documents/document.ts";
import type { RawInventory } from "./reading.ts";

export interface Sound {
  readonly raw: RawInventory;
  /** `hosts/web1`, `networks/lan` …: things of which something was taken away, so that what they lack is no news. */
  readonly damaged: ReadonlySet<string>;
}

/** Undefined when what is wrong leaves nothing to talk about: no map, or no hosts. */
export function soundPart(value: unknown, wrong: readonly Path[]): Sound | undefined {
  if (!isRecord(value) || !isRecord(value["hosts"]) || wrong.some(({ length }) => length === 0)) return undefined;
  const raw = sections(value, new Set(wrong.filter(({ length }) => length === 1).map(([section]) => String(section))));
  if (!("hosts" in raw)) return undefined;
  for (const path of wrong.filter(({ length }) => length > 1)) takeAway(raw, path);
  const damaged = wrong.filter(({ length }) => length > 1).map(([section, name]) => `${String(section)}/${String(name)}`);
  return { raw: raw as unknown as RawInventory, damaged: new Set(damaged) };
}

type Sections = Record<string, unknown>;

// Two levels of copies: the document's own value stays as it is.
function sections(value: Record<string, unknown>, without: ReadonlySet<string>): Sections {
  const kept = Object.entries(value).filter(([section]) => !without.has(section));
  return nullProto(kept.map(([section, content]) => [section, isRecord(content) ? nullProto(Object.entries(content)) : content]));
}

function nullProto(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<string, unknown>;
}

function takeAway(raw: Sections, [section = "", name = "", key]: Path): void {
  const things = raw[section];
  if (!isRecord(things) || !(name in things)) return;
  const left = leftOf(things[name], String(section), key);
  if (left === undefined) delete things[name];
  else things[name] = left;
}

// Names stay, so that nothing that refers to them is wrong too; a network without its cidr has no addresses to give.
function leftOf(thing: unknown, section: string, key: string | number | undefined): unknown {
  if (section === "defaults") return undefined;
  const rest = isRecord(thing) && key !== undefined && key in thing ? Object.entries(thing).filter(([each]) => each !== key) : undefined;
  if (section === "networks") return rest === undefined || key === "cidr" ? undefined : nullProto(rest);
  return rest === undefined && section === "groups" ? [] : nullProto(rest ?? []);
}
