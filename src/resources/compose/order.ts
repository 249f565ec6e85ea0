// The order in which services start: what is depended on first; ties by the file's order.
import type { Service } from "./service.ts";

/** Services in the order of their dependencies, or the circle they make. */
export function orderOf(
  services: Iterable<Pick<Service, "name" | "dependsOn" | "networkMode">>,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const needs = new Map([...services].map((service) => [service.name, needsOf(service)]));
  const done = new Set<string>();
  for (const name of needs.keys()) {
    const cycle = visit(name, { needs, done, path: [] });
    if (cycle !== undefined) return { cycle };
  }
  return { order: [...done] };
}

interface Visiting {
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly done: Set<string>;
  readonly path: readonly string[];
}

function visit(name: string, { needs, done, path }: Visiting): readonly string[] | undefined {
  if (done.has(name) || !needs.has(name)) return undefined;
  if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
  for (const need of needs.get(name) ?? []) {
    const cycle = visit(need, { needs, done, path: [...path, name] });
    if (cycle !== undefined) return cycle;
  }
  done.add(name);
  return undefined;
}

/** What must be there before a service: its dependencies, and whose network it uses. */
export function needsOf({ dependsOn, networkMode }: Pick<Service, "dependsOn" | "networkMode">): readonly string[] {
  const parent = /^service:(.+)$/.exec(networkMode ?? "")?.[1];
  return [...dependsOn.map(({ service }) => service), ...(parent === undefined ? [] : [parent])];
}
