// Making a thing once: what a map does not have yet is made and kept in it.

interface Keeping<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
}

/** What is kept under the key; made now where there is none. What was made is kept also when it is a promise that fails. */
export function kept<Key, Value>(map: Keeping<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
