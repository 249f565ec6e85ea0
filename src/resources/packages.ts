// A set of Debian packages.
import type { Resource, ResourceOptions } from "../model/resource.ts";
import { resourceOf } from "./make.ts";

/** Packages that are all installed, or all not. One apt transaction. */
export interface Packages {
  /** Sorted, each once. */
  readonly names: readonly string[];
  readonly recommends?: boolean;
  readonly absent?: boolean;
}

export interface PackagesOptions extends ResourceOptions {
  /** Install what they recommend, too. Default false. */
  readonly recommends?: boolean;
  readonly absent?: boolean;
}

/** Debian packages by name. Name the units they bring in `provides`: `packages(["nginx-light"], { provides: [unitOf("nginx")] })`. */
export function packages(names: readonly string[], options: PackagesOptions = {}): Resource<Packages> {
  const { recommends, absent, provides = [], ...brings } = options;
  const sorted = [...new Set(names)].sort();
  const desired: Packages = { names: sorted, ...(recommends === true ? { recommends } : {}), ...(absent === true ? { absent } : {}) };
  const brought = absent === true ? [] : (["directory:*", "user:*", "group:*"] as const);
  const traces = sorted.flatMap((name) => [`/var/lib/dpkg/info/${name}.list`, `/var/lib/dpkg/info/${name}.md5sums`]);
  return resourceOf({ kind: "packages", identity: () => sorted.join(",") }, desired, { ...brings, provides: [...brought, ...provides], traces });
}
