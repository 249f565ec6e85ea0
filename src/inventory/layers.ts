// Layers of variables merged by strength, with where each value came from.
import { isRecord, type Json } from "../lib/json.ts";
import type { Sourced } from "../model/host.ts";
import type { Position } from "../model/problem.ts";
import { isSecretRef } from "../model/text.ts";

export interface Layer {
  readonly name: string;
  readonly vars: Readonly<Record<string, Json>>;
  at?(path: readonly string[]): Position | undefined;
}

/** One variable a key, the strongest layer first; maps are merged deeply, and then their members are listed too (`vm.cores`). */
export function mergeLayers(layers: readonly Layer[]): { readonly vars: Record<string, Json>; readonly sources: Record<string, Sourced> } {
  const vars: Record<string, Json> = Object.create(null);
  const sources: Record<string, Sourced> = Object.create(null);
  for (const key of new Set(layers.flatMap((layer) => Object.keys(layer.vars)))) {
    vars[key] = mergePath([key], layers, sources);
  }
  return { vars, sources };
}

interface Given {
  readonly layer: Layer;
  readonly value: Json;
}

function mergePath(path: readonly string[], layers: readonly Layer[], sources: Record<string, Sourced>): Json {
  const given = layers.flatMap((layer) => givenAt(path, layer));
  const [strongest, ...lost] = given;
  if (strongest === undefined) return null;
  const merged = isMap(strongest.value) ? mergeMaps(path, given, sources) : strongest.value;
  sources[path.join(".")] = { value: merged, ...placeOf(strongest, path), lost: lost.map((each) => ({ value: each.value, ...placeOf(each, path) })) };
  return merged;
}

// A scalar among the maps hides the weaker maps behind it.
function mergeMaps(path: readonly string[], given: readonly Given[], sources: Record<string, Sourced>): Json {
  const end = given.findIndex(({ value }) => !isMap(value));
  const maps = (end === -1 ? given : given.slice(0, end)).map(({ layer }) => layer);
  const merged: Record<string, Json> = Object.create(null);
  const keys = new Set(given.slice(0, maps.length).flatMap(({ value }) => Object.keys(value as Record<string, Json>)));
  for (const key of keys) merged[key] = mergePath([...path, key], maps, sources);
  return merged;
}

function givenAt(path: readonly string[], layer: Layer): readonly Given[] {
  let value: unknown = layer.vars;
  for (const piece of path) {
    if (!isMap(value) || !Object.hasOwn(value, piece)) return [];
    value = value[piece];
  }
  return [{ layer, value: value as Json }];
}

function placeOf({ layer }: Given, path: readonly string[]): { readonly layer: string; readonly at?: Position } {
  const at = layer.at?.(path);
  return at === undefined ? { layer: layer.name } : { layer: layer.name, at };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !isSecretRef(value);
}
