// A set of Debian packages.
import { absent, type Change, change, type Found, type Irreversible, type Kind, type Known, present } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Step } from "../model/step.ts";
import { resourceOf } from "./make.ts";
import { aptScript } from "./packages/apt.ts";
import { type PackageSeen, packageRead } from "./reads/packages.ts";

/** Packages that are all installed, or all not. One apt transaction. */
export interface Packages {
  /** Sorted, each once. */
  readonly names: readonly string[];
  readonly recommends?: boolean;
  readonly absent?: boolean;
}

/** By name. Versions are evidence: apt's business. */
export type PackagesActual = Readonly<Record<string, "installed" | "absent">>;

const schema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["names"],
  properties: {
    names: {
      type: "array",
      minItems: 1,
      uniqueItems: true,
      items: { type: "string", pattern: "^[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?$" },
      description: "Real packages (no virtual ones, no versions), an architecture after a colon where it matters.",
    },
    recommends: { type: "boolean", description: "Install what they recommend, too. Default false." },
    absent: { type: "boolean", description: "Remove them. Their configuration stays, and so does what came in with them." },
  },
};

export const packagesKind: Kind<Packages, PackagesActual, "shell"> = {
  kind: "packages",
  summary: "A set of Debian packages, installed in one apt transaction.",
  schema,
  via: ["shell"],
  identity: ({ names }) => names.join(","),
  probe,
  diff,
  steps,
  absent: ({ names }) => ({ names, absent: true }),
  members: {
    of: ({ names, ...rest }) => new Map(names.map((name) => [name, { ...rest, names: [name] }])),
    join: ([first, ...more]) => ({ ...first, names: [...new Set([first, ...more].flatMap(({ names }) => names))].sort() }),
  },
  restore,
  accountsFor: ({ names }) => names.map((name) => ({ sort: "package", name })),
};

export interface PackagesOptions extends ResourceOptions {
  /** Install what they recommend, too. Default false. */
  readonly recommends?: boolean;
  readonly absent?: boolean;
}

/**
 * Debian packages by name. Name the units they bring in `provides`: `packages(["nginx-light"], { provides: [unitOf("nginx")] })`.
 * Traces are files of dpkg's database, which are named otherwise for multi-arch libraries: a service that watches those sees no change.
 */
export function packages(names: readonly string[], options: PackagesOptions = {}): Resource<Packages> {
  const { recommends, absent, provides = [], ...brings } = options;
  const sorted = [...new Set(names)].sort();
  const desired: Packages = { names: sorted, ...(recommends === true ? { recommends } : {}), ...(absent === true ? { absent } : {}) };
  const brought = absent === true ? [] : (["directory:*", "user:*", "group:*"] as const);
  const traces = sorted.flatMap((name) => [`/var/lib/dpkg/info/${name}.list`, `/var/lib/dpkg/info/${name}.md5sums`]);
  return resourceOf(packagesKind, desired, { ...brings, provides: [...brought, ...provides], traces });
}

async function probe({ names, absent: gone }: Packages, on: Pick<Readers, "shell">): Promise<Found<PackagesActual>> {
  const seen = new Map(await Promise.all(names.map(async (name) => [name, await on.shell.ask(packageRead, name)] as const)));
  const wrong = [...seen].filter(([, { installed }]) => installed === (gone === true));
  const [broken] = [...seen.values()].map((one) => one.broken.filter((name) => wrong.length > 0 || seen.has(withoutArchitecture(name))));
  if (broken !== undefined && broken.length > 0) return halfWay(broken);
  const held = gone === true ? wrong.find(([, one]) => one.held) : undefined;
  if (held !== undefined) return onHold(held[0]);
  if (wrong.length === names.length && gone !== true) return absent;
  return present(Object.fromEntries(names.map((name) => [name, seen.get(name)?.installed === true ? "installed" : "absent"])), versionsOf(seen));
}

function withoutArchitecture(name: string): string {
  return name.replace(/:.*$/, "");
}

function versionsOf(seen: ReadonlyMap<string, PackageSeen>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...seen].flatMap(([name, { version, candidate }]) => ((version ?? candidate) === undefined ? [] : [[name, version ?? candidate ?? ""]])),
  );
}

function halfWay(broken: readonly string[]): Found<never> {
  const names = broken.slice(0, 5).join(", ");
  return {
    found: "unknown",
    because: {
      code: "unknown",
      message: `reading the package database: dpkg was interrupted and left ${names} half-way`,
      hint: "run `dpkg --configure -a` on the host",
    },
  };
}

function onHold(name: string): Found<never> {
  return {
    found: "unknown",
    because: { code: "unknown", message: `${name} should be removed, but it is on hold`, hint: `run \`apt-mark unhold ${name}\` on the host, or keep it` },
  };
}

function diff({ names, absent: gone }: Packages, found: Known<PackagesActual>): readonly Change[] {
  const actual = found.found === "present" ? found.actual : {};
  const [wanted, unwanted] = gone === true ? (["absent", "installed"] as const) : (["installed", "absent"] as const);
  return names
    .filter((name) => (actual[name] ?? "absent") !== wanted)
    .map((name) => change(`package:${name}`, { before: unwanted, after: wanted, risk: gone === true ? "restart" : "none", ...versionNote(name, found, gone) }));
}

function versionNote(name: string, found: Known<PackagesActual>, gone: boolean | undefined): { readonly note?: string } {
  const version = found.found === "present" ? found.evidence?.[name] : undefined;
  return typeof version === "string" ? { note: `${gone === true ? "was version" : "version"} ${version}` } : {};
}

/** How long one apt transaction may take. */
const transactionMs = 1_800_000;

function steps({ recommends, absent: gone }: Packages, _found: Known<PackagesActual>, { changes }: { readonly changes: readonly Change[] }): readonly Step[] {
  const names = changes.map(({ property }) => property.slice("package:".length));
  if (names.length === 0) return [];
  const verb = gone === true ? "remove" : "install";
  const args = [verb, recommends === true ? "yes" : "no", ...names];
  return [{ do: "detached", title: `${verb} ${names.join(", ")}`, script: aptScript, args, deadlineMs: transactionMs }];
}

function restore({ names, absent: gone }: Packages, before: Found<PackagesActual>): Packages | Irreversible {
  if (before.found !== "absent" && before.found !== "present") return { irreversible: `${names.join(", ")}: not known before` };
  const actual = before.found === "present" ? before.actual : {};
  const was = gone === true ? "installed" : "absent";
  const changed = names.filter((name) => (actual[name] ?? "absent") === was);
  if (changed.length === 0) return { names, ...(gone === true ? { absent: true } : {}) };
  return gone === true ? { names: changed } : { names: changed, absent: true };
}
