// One look at an object: what is there, and what server-side apply would make of it, asked with dryRun=All.
import { isRecord } from "../../lib/json.ts";
import type { DryRun, KubernetesObject, ObjectName, ObjectSeen, ObjectText } from "../../model/ports/kubernetes.ts";
import { fieldManager } from "../../model/ports/kubernetes.ts";
import { type Problem, ProblemError } from "../../model/problem.ts";
import { bodyOf, type Reveal } from "./body.ts";
import type { Answer, Client } from "./client.ts";
import { conflictsIn, type Failure } from "./failure.ts";
import type { Place, Places } from "./places.ts";
import { type Around, readyOf } from "./ready.ts";

export interface Api {
  readonly client: Client;
  readonly places: Places;
  /** "the cluster of HOST". */
  readonly where: string;
}

/** Two rounds at most, and one more where somebody else owns a field. Throws ProblemError (privilege, unknown, trust). */
export async function look(api: Api, name: ObjectName, wanted?: { readonly text: ObjectText; readonly reveal: Reveal }): Promise<ObjectSeen> {
  const place = await api.places.of(name);
  if (place.place === "none") return { seen: "no kind" };
  if (place.place === "other") return nothingOr(place.answer, api, name);
  const [live, dryRun] = await Promise.all([api.client.ask({ method: "GET", path: place.path }), wanted && tryOut(api, place, wanted)]);
  const tried = dryRun === undefined ? {} : { dryRun };
  if (live.answer === "failure" && (live.failure.kind === "absent" || live.failure.kind === "no namespace")) return { seen: "absent", ...tried };
  if (live.answer === "failure" && live.failure.kind === "no api") return { seen: "no kind" };
  if (live.answer !== "data") return nothingOr(live, api, name);
  return { seen: "here", live: live.data, ready: readyOf(live.data, await aroundOf(api, live.data)), ...tried };
}

/** The path of a server-side apply. `force` takes over what others own. */
export function applyPath(path: string, options: { readonly force?: boolean; readonly dryRun?: boolean }): string {
  const { force = false, dryRun = false } = options;
  return `${path}?fieldManager=${fieldManager}&fieldValidation=Strict&force=${force}${dryRun ? "&dryRun=All" : ""}`;
}

export const applyType = "application/apply-patch+yaml";

type At = Extract<Place, { place: "at" }>;

async function tryOut(api: Api, { path }: At, { text, reveal }: { readonly text: ObjectText; readonly reveal: Reveal }): Promise<DryRun | undefined> {
  const body = await bodyOf(text, reveal);
  const ask = (force: boolean) => api.client.ask({ method: "PATCH", path: applyPath(path, { force, dryRun: true }), type: applyType, body });
  const first = await ask(false);
  const taken = first.answer === "failure" && first.failure.kind === "conflict" ? first.failure : undefined;
  const answer = taken === undefined ? first : await ask(true);
  if (answer.answer === "data") return { dryRun: "done", object: answer.data, conflicts: taken === undefined ? [] : conflictsIn(taken) };
  if (answer.answer === "failure") return refusalOf(answer.failure);
  if (answer.answer === "closed") return undefined;
  throw new ProblemError({ code: "unknown", message: `asking ${api.where} what it would change: ${answer.because}` });
}

function refusalOf(failure: Failure): DryRun {
  const because = failure.text;
  switch (failure.kind) {
    case "forbidden":
      return { dryRun: "not allowed", because };
    case "no namespace":
      return { dryRun: "no namespace", namespace: failure.name ?? "" };
    case "immutable":
      return { dryRun: "immutable", because, fields: [...new Set(failure.causes.map(({ field }) => field))] };
    case "webhook":
      return /does not support dry run/.test(because) ? { dryRun: "not allowed", because } : { dryRun: "refused", because, hint: webhookHint };
    default:
      return { dryRun: "refused", because, ...(failure.kind === "schema" ? { hint: schemaHint } : {}) };
  }
}

const schemaHint = "a field is mistyped, in the wrong place, or of another version of the API";
const webhookHint = "a webhook of the cluster has to answer first: is what serves it running?";

function nothingOr(answer: Exclude<Answer, { answer: "data" }>, { where }: Api, { kind, name }: ObjectName): ObjectSeen {
  if (answer.answer === "closed") return { seen: "nothing", because: answer.because };
  const doing = `looking at ${kind} ${name} in ${where}`;
  if (answer.answer === "lost") throw new ProblemError({ code: "unknown", message: `${doing}: ${answer.because}` });
  throw new ProblemError(problemOfFailure(answer.failure, doing));
}

/** A failure as a problem, with the next move where there is one. */
export function problemOfFailure({ kind, text }: Failure, doing: string): Problem {
  const message = `${doing}: ${text}`;
  switch (kind) {
    case "login":
      return { code: "privilege", message, hint: "the kubeconfig's login is not (any more) one of this cluster's: certificates and tokens expire" };
    case "forbidden":
      return { code: "privilege", message, hint: "give its account a role that may get, list, create, patch and delete this" };
    case "conflict":
      return { code: "failed", message, hint: "say conflicts: take to set these fields all the same, or leave them out" };
    case "precondition":
      return { code: "stale", message, hint: "plan again: it is another object by now" };
    default:
      return { code: "failed", message };
  }
}

// What an object's own status does not say: a claim's storage class does, and the API's list of kinds.
async function aroundOf(api: Api, object: KubernetesObject): Promise<Around> {
  if (object["kind"] === "CustomResourceDefinition") return { served: await isServed(api, object) };
  return object["kind"] === "PersistentVolumeClaim" && object["apiVersion"] === "v1" ? { bindsLater: await bindsLater(api, object) } : {};
}

async function bindsLater({ client }: Api, { spec, status }: KubernetesObject): Promise<boolean> {
  if (!isRecord(spec) || (isRecord(status) && status["phase"] === "Bound") || typeof spec["storageClassName"] !== "string") return false;
  const answer = await client.ask({ method: "GET", path: `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(spec["storageClassName"])}` });
  return answer.answer === "data" && answer.data["volumeBindingMode"] === "WaitForFirstConsumer";
}

async function isServed({ places }: Api, { spec }: KubernetesObject): Promise<boolean> {
  if (!isRecord(spec) || !isRecord(spec["names"]) || !Array.isArray(spec["versions"])) return true;
  const [group, kind] = [String(spec["group"]), String(spec["names"]["kind"])];
  const versions = spec["versions"].filter((one) => isRecord(one) && one["served"] !== false);
  const found = await Promise.all(versions.map((one) => places.of({ apiVersion: `${group}/${String((one as KubernetesObject)["name"])}`, kind, name: "x" })));
  return found.every(({ place }) => place !== "none");
}
