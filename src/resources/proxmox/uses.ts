// What a guest uses of its node by name: bridges and mapped devices. Proxmox takes any name, and says only at a start that there is none.
import { canonical } from "../../lib/json.ts";
import { didYouMean } from "../../lib/suggest.ts";
import type { Found, Lack } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { NamedSeen, ProxmoxCluster } from "../../model/ports/proxmox.ts";
import type { Capability } from "../../model/resource.ts";
import type { Settings } from "./properties.ts";

/** A guest, and the names that it will use from its next start on. */
export interface Uses {
  readonly guest: { readonly cluster: ProxmoxCluster; readonly id: number };
  readonly node: string;
  readonly bridges: readonly string[];
  readonly mappings: readonly string[];
}

/** A guest as it should be, and how it was found. */
export interface Using {
  readonly desired: Uses["guest"] & {
    readonly node: string;
    readonly absent?: true;
    readonly running?: boolean;
    readonly nics?: readonly { readonly bridge: string }[];
    readonly pci?: readonly string[];
  };
  readonly found: Found<{ readonly settings: Settings; readonly running: boolean }>;
  /** Its settings as they should be, where these are there. */
  wanted(settings: Settings): Settings;
}

/** Undefined where it goes; what does not change has been there when it started. */
export function usesOf({ desired, found, wanted }: Using): Uses | undefined {
  if (desired.absent === true || (found.found !== "present" && found.found !== "absent")) return undefined;
  const { settings, running } = found.found === "present" ? found.actual : { settings: {}, running: false };
  const all = wanted(settings);
  const starts = found.found === "absent" || (desired.running === true && !running);
  const isNew = (key: string): boolean => starts || all[key] !== settings[key];
  const node = found.found === "present" ? found.evidence?.["node"] : undefined;
  return {
    guest: desired,
    node: typeof node === "string" ? node : desired.node,
    bridges: unique((desired.nics ?? []).flatMap(({ bridge }, index) => (isNew(`net${index}`) ? [bridge] : []))),
    mappings: unique((desired.pci ?? []).filter((_, index) => isNew(`hostpci${index}`))),
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** One login, one cluster, whichever of its nodes is asked. */
export function whose(cluster: ProxmoxCluster): string {
  return canonical("token" in cluster ? cluster.token : { user: cluster.user, password: cluster.password });
}

/** What a mapping of PCI devices provides for a node. */
export function mappingOn(cluster: ProxmoxCluster, name: string, node: string): Capability {
  return `pci-mapping:${whose(cluster)} ${name} ${node}`;
}

/** The same finding with what of these is not there. What nobody may see is not missed. */
export async function using<Actual>(found: Found<Actual>, uses: Uses | undefined, { proxmox }: Pick<Readers, "proxmox">): Promise<Found<Actual>> {
  if (uses === undefined || (found.found !== "present" && found.found !== "absent")) return found;
  const { guest, node } = uses;
  const bridges = uses.bridges.map(async (name) => bridgeLack(uses, name, await proxmox.bridge(guest.cluster, { node, name })));
  const mappings = uses.mappings.map(async (name) => mappingLack(uses, name, await proxmox.mapped(guest.cluster, { node, name })));
  const lacks = (await Promise.all([...bridges, ...mappings])).flat();
  return lacks.length === 0 ? found : { ...found, evidence: { ...found.evidence, lacks } };
}

function bridgeLack({ guest: { id }, node }: Uses, name: string, seen: NamedSeen): readonly Lack[] {
  if (seen.seen !== "absent") return [];
  const message = `guest ${id} uses the bridge ${name}, and ${node} has none of that name`;
  const hint = didYouMean(name, seen.others) ?? (seen.others.length === 0 ? `make it on ${node}` : `it has ${seen.others.join(", ")}`);
  return [{ needs: `bridge:${node}/${name}`, about: "bridge", because: { code: "failed", message, hint } }];
}

function mappingLack({ guest: { cluster, id }, node }: Uses, name: string, seen: NamedSeen): readonly Lack[] {
  if (seen.seen !== "absent") return [];
  const message = `guest ${id} uses the PCI mapping ${name}, and there is none of that name for a device of ${node}`;
  const hint =
    didYouMean(name, seen.others) ?? `the role proxmox-cluster, in the same plan or before, makes it of what the inventory has under proxmox.pci of ${node}`;
  return [{ needs: mappingOn(cluster, name, node), about: "pci", because: { code: "failed", message, hint } }];
}
