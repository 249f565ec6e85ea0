// JSON pointers into objects: a copy without what one points at, or with another value there.
import { isRecord } from "../../lib/json.ts";

type Json = Record<string, unknown>;

/** A copy in which the pointer leads to nothing. */
export function without(object: Json, pointer: string): Json {
  return changed(object, partsOf(pointer), undefined);
}

/** A copy in which the pointer leads to the value. */
export function withValue(object: Json, pointer: string, value: unknown): Json {
  return changed(object, partsOf(pointer), value);
}

function partsOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function changed<Value>(inside: Value, [first, ...rest]: readonly string[], value: unknown): Value {
  if (first === undefined) return value as Value;
  if (Array.isArray(inside)) return inside.map((item: unknown, index) => (String(index) === first ? changed(item, rest, value) : item)) as Value;
  if (!isRecord(inside)) return inside;
  const { [first]: old, ...others } = inside;
  return (rest.length === 0 && value === undefined ? others : { ...inside, [first]: changed(old, rest, value) }) as Value;
}
