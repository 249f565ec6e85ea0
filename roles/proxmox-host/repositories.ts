// Where Proxmox's packages come from: one sort of repository is on, the other ones are off where they stand.
import { command, type Facts, file, type Resource } from "hlx";
import type { Node } from "./node.ts";
import type { Params } from "./params.ts";
import { isOffScript, ownFiles, switchOffScript } from "./repository-scripts.ts";

type Sort = NonNullable<Params["repositories"]>;

/** Nothing where nothing is said. */
export function repositoriesOf({ repositories, ceph }: Params, { node, facts }: { readonly node: Node; readonly facts: Facts }): readonly Resource[] {
  if (repositories === undefined) return [];
  const wanted = wantedOf(repositories, ceph).filter(
    ({ uri, component }) => !node.repositories.some((one) => trimmed(one.uri) === trimmed(uri) && one.component === component),
  );
  const off = command({ name: "switch off Proxmox's other repositories", script: switchOffScript, unless: isOffScript, args: unwanted[repositories] });
  return wanted.length === 0 ? [off] : [off, own(wanted, { node, suite: facts.os.codename })];
}

/** Components, which say by themselves whose they are. */
const unwanted: Readonly<Record<Sort, readonly string[]>> = {
  "no-subscription": ["pve-enterprise", "enterprise"],
  enterprise: ["pve-no-subscription", "no-subscription"],
  none: ["pve-enterprise", "enterprise", "pve-no-subscription", "no-subscription", "pve-test", "pvetest", "test"],
};

interface Wanted {
  readonly uri: string;
  readonly component: string;
}

function wantedOf(sort: Sort, ceph: string | undefined): readonly Wanted[] {
  if (sort === "none") return [];
  const at = sort === "enterprise" ? "https://enterprise.proxmox.com/debian" : "http://download.proxmox.com/debian";
  return [{ uri: `${at}/pve`, component: `pve-${sort}` }, ...(ceph === undefined ? [] : [{ uri: `${at}/ceph-${ceph}`, component: sort }])];
}

function trimmed(uri: string): string {
  return uri.replace(/^https?:/, "").replace(/\/$/, "");
}

// Proxmox VE 9 has its key as a file that stanzas name; 8 trusts it for all.
function own(wanted: readonly Wanted[], { node, suite }: { readonly node: Node; readonly suite: string }): Resource {
  if (node.release < 9) return file({ path: ownFiles.list, content: wanted.map(({ uri, component }) => `deb ${uri} ${suite} ${component}\n`).join("") });
  const stanzas = wanted.map(({ uri, component }) =>
    ["Types: deb", `URIs: ${uri}`, `Suites: ${suite}`, `Components: ${component}`, "Signed-By: /usr/share/keyrings/proxmox-archive-keyring.gpg", ""].join("\n"),
  );
  return file({ path: ownFiles.sources, content: stanzas.join("\n") });
}
