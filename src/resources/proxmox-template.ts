// A template of a Proxmox cluster: a guest made from an image, that other guests are cloned from.
import { type Ahead, type Change, change, type Found, type Irreversible, type Kind, type Known } from "../model/kind.ts";
import type { Readers } from "../model/ports/index.ts";
import type { ProxmoxCluster } from "../model/ports/proxmox.ts";
import type { Resource, ResourceOptions } from "../model/resource.ts";
import type { JsonSchema } from "../model/schema.ts";
import type { Api } from "../model/step.ts";
import { given, resourceOf } from "./make.ts";
import { call, guestPath } from "./proxmox/cluster.ts";
import { type ProxmoxVm, schema as vmSchema } from "./proxmox-vm/desired.ts";
import { diff as diffVm } from "./proxmox-vm/diff.ts";
import { probe as probeVm, type VmActual } from "./proxmox-vm/probe.ts";
import { steps as stepsVm } from "./proxmox-vm/steps.ts";

const { cluster, id, name, node, storage, disk, cores, memory, cpu, machine, bios, efi, agent, tags, pool, description, adopt, absent } =
  vmSchema.anyOf[0].properties;
const image = {
  ...vmSchema.anyOf[0].properties.image,
  description: "A volume of content type import that its disk is made from: local:import/debian-12.qcow2",
};
const properties = {
  ...{ cluster, id, name, node, image, storage },
  disk: { ...disk, description: "The whole size of its disk in GiB; without it that of the image" },
  ...{ cores, memory, cpu, machine, bios, efi, agent, tags, pool, description, adopt, absent },
} as const;
const one = { type: "object", additionalProperties: false, properties } as const;
const schema = {
  anyOf: [
    { ...one, required: ["cluster", "id", "name", "node", "absent"] },
    { ...one, required: ["cluster", "id", "name", "node", "image", "storage"] },
  ],
} as const satisfies JsonSchema;

type OfVm =
  | "cores"
  | "memory"
  | "cpu"
  | "machine"
  | "bios"
  | "efi"
  | "agent"
  | "tags"
  | "pool"
  | "description"
  | "adopt"
  | "absent"
  | "storage"
  | "disk"
  | "image";

/** A template; see the schema. */
export type ProxmoxTemplate = { readonly cluster: ProxmoxCluster; readonly id: number; readonly name: string; readonly node: string } & Pick<ProxmoxVm, OfVm>;

interface TemplateActual extends VmActual {
  readonly template: boolean;
  /** The image that it says it was made from. */
  readonly image?: string;
}

export const proxmoxTemplateKind: Kind<ProxmoxTemplate, TemplateActual, "proxmox"> = {
  kind: "proxmox.template",
  summary: "A template of a Proxmox cluster, made from an image: with cloud-init's drive, a serial console and the guest agent.",
  schema,
  via: ["proxmox"],
  wayIn: "cluster",
  identity: ({ id: number }) => String(number),
  probe,
  diff,
  steps,
  absent: goneOf,
  restore,
};

/** A template. */
export function proxmoxTemplate({ provides, exclusive, ...desired }: ProxmoxTemplate & ResourceOptions): Resource<ProxmoxTemplate> {
  return resourceOf(proxmoxTemplateKind, given(desired) as ProxmoxTemplate, { ...given({ provides, exclusive }) });
}

function goneOf(desired: ProxmoxTemplate): ProxmoxTemplate {
  const { cluster: to, id: number, name: called, node: at } = desired;
  return { cluster: to, id: number, name: called, node: at, absent: true };
}

// It says what it was made from, because nothing else does once the image is a disk.
function vmOf(desired: ProxmoxTemplate): ProxmoxVm {
  if (desired.absent === true) return desired;
  const text = [desired.description?.trim() ?? "", originOf(desired.image ?? "")].filter((part) => part !== "").join("\n\n");
  return { cores: 1, memory: 1024, agent: true, ...desired, description: text };
}

function originOf(volume: string): string {
  return `made from ${volume}`;
}

async function probe(desired: ProxmoxTemplate, on: Pick<Readers, "proxmox">): Promise<Found<TemplateActual>> {
  const found = await probeVm(vmOf(desired), on);
  if (found.found !== "present") return found;
  const seen = await on.proxmox.guest(desired.cluster, desired.id);
  const config = seen.guest === "here" ? seen.config : {};
  const made = /^made from (\S+)$/m.exec(config["description"] ?? "")?.[1];
  return { ...found, actual: { ...found.actual, template: config["template"] === "1", ...(made === undefined ? {} : { image: made }) } };
}

function diff(desired: ProxmoxTemplate, found: Known<TemplateActual>, ahead: Ahead): readonly Change[] {
  const asVm = diffVm(vmOf(desired), found, ahead).filter(({ property }) => property !== "disk" || desired.disk !== undefined);
  if (desired.absent === true) return asVm;
  if (found.found === "absent") return [...asVm.map((made) => (made.property === "from" ? { ...made, property: "image" } : made)), becomes];
  if (isOther(desired, found.actual)) return [other(desired, found.actual), ...asVm.filter(({ property }) => property !== "description")];
  return found.actual.template ? asVm : [...asVm, becomes];
}

const becomes = change("template", { before: false, after: true, note: "cannot be undone: it can only be cloned or destroyed" });

function isOther({ image: wanted }: ProxmoxTemplate, { image: made }: TemplateActual): boolean {
  return made !== undefined && made !== wanted;
}

function other({ image: wanted }: ProxmoxTemplate, { image: made }: TemplateActual): Change {
  const note = "destroyed and made anew: guests that were copied from it stay, guests that are linked to it keep it from being destroyed";
  return change("image", { before: made, after: wanted, risk: "replace", note });
}

function steps(desired: ProxmoxTemplate, found: Known<TemplateActual>, plan: { readonly changes: readonly Change[]; readonly now: Date }): readonly Api[] {
  if (found.found === "present" && desired.absent !== true && isOther(desired, found.actual))
    return [...stepsVm(goneOf(desired), found, { ...plan, changes: [] }), ...steps(desired, { found: "absent" }, plan)];
  // The image's own size is left alone where no other is wanted.
  const asVm = stepsVm(vmOf(desired), found, plan).filter(({ path }) => desired.disk !== undefined || !path.endsWith("/resize"));
  return plan.changes.some(({ property }) => property === "template" || property === "image") ? [...asVm, convert(desired, found)] : asVm;
}

// Another run may have done it meanwhile: then it is one.
function convert({ cluster: to, id: number, node: at }: ProxmoxTemplate, found: Known<TemplateActual>): Api {
  const path = guestPath(String(found.evidence?.["node"] ?? at), "qemu", number);
  const step = call(to, { title: "make it a template", method: "POST", path: `${path}/template`, body: {} });
  return { ...step, otherwise: { path: `${path}/config`, until: { template: "1", lock: null } } };
}

function restore(desired: ProxmoxTemplate, before: Found<TemplateActual>): ProxmoxTemplate | Irreversible {
  if (before.found === "absent") return goneOf(desired);
  return { irreversible: `how the template ${desired.id} was before is not kept` };
}
