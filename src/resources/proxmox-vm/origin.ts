// What a guest is made from: a clone of its template, or the template's image where no clone gets to the guest's node.
import { same } from "../../lib/json.ts";
import type { Found, Known } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { GuestSeen } from "../../model/ports/proxmox.ts";
import { placeOfTemplate, type TemplatePlace, unclonable } from "../proxmox/template-place.ts";
import type { ProxmoxVm } from "./desired.ts";
import { furtherDisks } from "./like.ts";

/** `like`: the template as it is, where it is there already. */
export type Origin = { readonly from: "template"; readonly node: string } | { readonly from: "image"; readonly like?: Config };

type Config = Extract<GuestSeen, { guest: "here" }>["config"];
type Unmade = Extract<Found<never>, { found: "absent" | "unknown" }>;

/** A guest that is not there: what it is to be made from is in the evidence where that is not a clone on its own node. */
export async function unmade(desired: ProxmoxVm, on: Pick<Readers, "proxmox">): Promise<Unmade> {
  const { cluster, template: id, node, storage = "", image, linked = false } = desired;
  if (id === undefined || desired.absent === true) return { found: "absent" };
  const place = await placeOfTemplate(on, cluster, { id, ...plannedPlace(desired) });
  if (place === undefined) return imported(`template ${id} is not there: its image is imported`);
  const to = { node, storages: linked ? [] : [storage] };
  const why = place.node === node ? undefined : unclonable({ id, ...place }, to, await on.proxmox.room(cluster));
  if (why === undefined) return clone(desired, place);
  const wrong = image === undefined ? "nothing says which image it was made from" : onlyInTemplate(place);
  if (wrong !== undefined) return refused(desired, `${why}, guest ${desired.id} is to be on ${node}, and ${wrong}`, place);
  return imported(`${why}: its image is imported on ${node} instead${linked ? ", linked to nothing" : ""}`, place.config);
}

/** As it was found; where nobody looked, as the desired state has it. */
export function originOf({ template, templateNode, node, image }: ProxmoxVm, { evidence }: Extract<Known<unknown>, { found: "absent" }>): Origin {
  const found = evidence?.["origin"] as Origin | undefined;
  if (found !== undefined) return found;
  const elsewhere = templateNode !== undefined && templateNode !== node;
  return template === undefined || (elsewhere && image !== undefined) ? { from: "image" } : { from: "template", node: templateNode ?? node };
}

// Who has an image beside a template that nobody says the place of may do without the template.
function plannedPlace({ templateNode, templateStorage, node, image }: ProxmoxVm): { readonly planned?: TemplatePlace } {
  if (templateNode === undefined && image !== undefined) return {};
  return { planned: { node: templateNode ?? node, storages: templateStorage === undefined ? [] : [templateStorage] } };
}

function onlyInTemplate({ config = {} }: TemplatePlace): string | undefined {
  const further = furtherDisks(config);
  return further.length === 0 ? undefined : `its ${further.join(", ")} is in no image`;
}

// Nothing need be said of what the desired state says already.
function clone(desired: ProxmoxVm, { node }: TemplatePlace): Unmade {
  const origin: Origin = { from: "template", node };
  return same(originOf(desired, { found: "absent" }), origin) ? { found: "absent" } : from(origin);
}

function imported(because: string, like?: Config): Unmade {
  return from({ from: "image", ...(like === undefined ? {} : { like }) }, [{ because }]);
}

function from(origin: Origin, notices: readonly { readonly because: string }[] = []): Unmade {
  return { found: "absent", evidence: { origin, ...(notices.length === 0 ? {} : { notices }) } };
}

function refused({ node }: ProxmoxVm, message: string, place: TemplatePlace): Unmade {
  const hint = `write url: and sha512: for the image and give a node the role proxmox-cluster, which has it downloaded to ${node}; or volume: with a file of ${node}; or vm.node: ${place.node}`;
  return { found: "unknown", about: "image", because: { code: "failed", message, hint } };
}
