// Finds the place of a path in a YAML syntax tree.
import { isAlias, isMap, isSeq, type Pair, type YAMLMap, type Document as YamlDocument } from "yaml";
import { keyOf, rangeOf } from "./check.ts";
import type { Document } from "./document.ts";
import type { Lines } from "./lines.ts";

interface Place {
  readonly key: unknown;
  readonly value: unknown;
}

/** The `at` of a document. */
export function finder(document: YamlDocument.Parsed, lines: Lines): Document["at"] {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const step = (place: Place, piece: string | number): Place | undefined => {
    const node = isAlias(place.value) ? place.value.resolve(document) : place.value;
    if (isMap(node))
      return (
        indexOf(node, indexes).get(String(piece)) ?? merges(node, indexes).reduce<Place | undefined>((found, base) => found ?? step(base, piece), undefined)
      );
    const item = isSeq(node) ? node.items[Number(piece)] : undefined;
    return item === undefined ? undefined : { key: item, value: item };
  };
  return (path, what = "value") => {
    let place: Place = { key: document.contents, value: document.contents };
    for (const piece of path) {
      const next = step(place, piece);
      if (next === undefined) return lines.position(...rangeOf(place.key));
      place = next;
    }
    return lines.position(...rangeOf(what === "key" ? place.key : place.value));
  };
}

// A key that is not in the map itself stands where a merge key gets it from.
function merges(map: YAMLMap, indexes: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>): readonly Place[] {
  const base = indexOf(map, indexes).get("<<");
  if (base === undefined) return [];
  return isSeq(base.value) ? base.value.items.map((item) => ({ key: item, value: item })) : [base];
}

// Built once a map: a file with ten thousand hosts asks for each of them.
function indexOf(map: YAMLMap, indexes: WeakMap<YAMLMap, ReadonlyMap<string, Pair>>): ReadonlyMap<string, Pair> {
  const known = indexes.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair) ?? "", pair]));
  indexes.set(map, known);
  return known;
}
