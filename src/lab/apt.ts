// How apt works on this machine, so that it works the same way inside lab hosts: sources, proxies, certificates.
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { run } from "./run.ts";

export interface AptSetup {
  /** The content of sources.list. */
  readonly sources: string;
  /** The content of a file of apt.conf.d. */
  readonly config: string;
  /** Certificate authorities that were added to this machine. */
  readonly certificates: readonly { readonly name: string; readonly pem: string }[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** This machine's settings for Debian's own archive; the public mirror where it is no Debian of that suite. */
export async function readAptSetup(suite: string, env: Env): Promise<AptSetup> {
  const [targets, dump] = await Promise.all([
    run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"], { env }),
    run(["apt-config", "dump"], { env }),
  ]);
  return { sources: sourcesFrom(targets.stdout, suite), config: configFrom(dump.stdout, env), certificates: certificates() };
}

/** sources.list from apt's index targets: only Debian's archives (a path that ends in debian or debian-security) of that suite. */
export function sourcesFrom(targets: string, suite: string): string {
  const lines = targets
    .split("\n")
    .map((line) => line.trim().split(" "))
    .filter(([uri = "", release = ""]) => /\/debian(-security)?\/?$/.test(uri) && (release === suite || release.startsWith(`${suite}-`)))
    .map(([uri, release, component]) => `deb ${uri} ${release} ${component}`);
  const own = [...new Set(lines)].filter((line) => line.endsWith(" main"));
  return `${(own.length > 0 ? own : publicSources(suite)).join("\n")}\n`;
}

/** apt.conf lines that reaching a mirror depends on; the environment's proxies where apt has none of its own. */
export function configFrom(dump: string, env: Env): string {
  const passed = /^Acquire::(http|https|Retries|Check-Valid-Until|Check-Date|ForceIPv4|ForceIPv6)(::[\w:.-]*)? "/i;
  const lines = dump.split("\n").filter((line) => passed.test(line) && !/::(User-Agent|CaInfo|CAPath|SslCert|SslKey)/i.test(line) && !line.endsWith(' "";'));
  const proxies = (["http", "https"] as const).flatMap((scheme) => {
    const proxy = env[`${scheme}_proxy`] ?? env[`${scheme.toUpperCase()}_PROXY`];
    const there = lines.some((line) => line.toLowerCase().startsWith(`acquire::${scheme}::proxy `));
    return proxy === undefined || proxy === "" || /["\n]/.test(proxy) || there ? [] : [`Acquire::${scheme}::Proxy "${proxy}";`];
  });
  return `${[...lines, ...proxies, 'Acquire::Languages "none";'].join("\n")}\n`;
}

function publicSources(suite: string): readonly string[] {
  const mirror = "http://deb.debian.org";
  return [`deb ${mirror}/debian ${suite} main`, `deb ${mirror}/debian ${suite}-updates main`, `deb ${mirror}/debian-security ${suite}-security main`];
}

function certificates(): AptSetup["certificates"] {
  const folder = "/usr/local/share/ca-certificates";
  if (!existsSync(folder)) return [];
  const files = globSync(`${folder}/*.crt`).toSorted();
  return files.map((file) => ({ name: basename(file), pem: readFileSync(file, "utf8") }));
}
