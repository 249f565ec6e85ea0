// Looks at an object, and asks the server what it would make of it.
import { absent, blocked, type Found, present } from "../../model/kind.ts";
import type { Readers } from "../../model/ports/index.ts";
import type { DryRun, FieldConflict, KubernetesObject, ObjectSeen } from "../../model/ports/kubernetes.ts";
import type { Problem } from "../../model/problem.ts";
import type { Capability } from "../../model/resource.ts";
import { groupOf, inWords, type K8sObject, nameOf } from "./desired.ts";
import { isWithin } from "./fields.ts";
import { claimsGo, formerFields, gitOpsOwner, hasApplied, isKept, isOurs, uidOf } from "./owners.ts";
import { desiredFields, formerOf, goingOf, type Values, valuesOf } from "./values.ts";

export interface K8sActual {
  /** The desired fields as they are; where the server sees no difference, as they are desired. */
  readonly values: Values;
  /** Fields that hlx once applied and that go now. */
  readonly going: Values;
  /** Field managers of desired fields that are to be taken over, by path. */
  readonly taken: Readonly<Record<string, string>>;
  /** Made by kubectl apply on the client's side: what that owned becomes hlx's. */
  readonly adopts?: true;
  /** Desired fields that are left to somebody else. */
  readonly yielded: readonly string[];
  readonly ready: boolean;
  /** What cannot change: another object has to take its place. */
  readonly immutable?: readonly string[];
  /** A StatefulSet that takes its claims along when it is removed. */
  readonly claimsGo?: true;
  /** One that takes along the claims of replicas that go. */
  readonly claimsShrink?: true;
  /** Without the server's word. */
  readonly approximate?: true;
}

type Here = Extract<ObjectSeen, { seen: "here" }>;

export async function probe(desired: K8sObject, on: Pick<Readers, "kubernetes">): Promise<Found<K8sActual>> {
  const { cluster, object, fill } = desired;
  const wanted = desired.absent === true || object === undefined ? undefined : { json: object, ...(fill === undefined ? {} : { fill }) };
  const seen = await on.kubernetes.look(cluster, nameOf(desired), wanted);
  if (seen.seen === "nothing") return blocked(apiCapability, `there is no API server to ask: ${seen.because}`);
  if (desired.absent === true) return toBeGone(desired, seen);
  if (seen.seen === "no kind")
    return blocked(kindCapability(groupOf(desired), desired.kind), `the API knows no ${desired.apiVersion} ${desired.kind}: its CRD is not there`);
  return seen.seen === "absent" ? notThere(desired, seen.dryRun) : there(desired, seen);
}

/** What stands for a cluster that answers. */
export const apiCapability: Capability = "kubernetes:api";

/** What stands for a kind that the API knows. */
export function kindCapability(group: string, kind: string): Capability {
  return `kubernetes.kind:${group}/${kind}`;
}

export function namespaceCapability(namespace: string): Capability {
  return `kubernetes.namespace:${namespace}`;
}

function toBeGone(desired: K8sObject, seen: ObjectSeen): Found<K8sActual> {
  if (seen.seen !== "here") return absent;
  const owner = gitOpsOwner(seen.live);
  const about = inWords(desired);
  if (owner !== undefined) return unknown({ code: "failed", message: `${about} belongs to ${owner}, which hlx leaves alone`, hint: "remove it in Git" });
  if (isKept(seen.live)) return unknown({ code: "failed", message: `${about} says hlx.io/prune: disabled`, hint: "remove the annotation, or let go of it" });
  if (!isOurs(seen.live))
    return unknown({ code: "failed", message: `${about} is not one that hlx applied: somebody made it anew`, hint: "remove it with kubectl, if it is to go" });
  return present({ ...nothing, ...claimsOf(seen.live), ready: seen.ready.ready }, evidenceOf(seen));
}

function notThere(desired: K8sObject, dryRun: DryRun | undefined): Found<K8sActual> {
  if (dryRun?.dryRun === "no namespace") return blocked(namespaceCapability(dryRun.namespace), `there is no namespace ${dryRun.namespace}`);
  if (dryRun?.dryRun === "refused" || dryRun?.dryRun === "immutable") return refused(desired, dryRun);
  return absent;
}

function there(desired: K8sObject, seen: Here): Found<K8sActual> {
  const { live, dryRun } = seen;
  if (dryRun?.dryRun === "refused") return refused(desired, dryRun);
  const actual = actualOf(desired, seen);
  const owner = gitOpsOwner(live);
  if (owner !== undefined) return leftAlone(desired, { actual, owner, seen });
  const conflicts = conflictsOf(dryRun);
  if (conflicts.length === 0 || dryRun?.dryRun !== "done") return present(actual, evidenceOf(seen));
  const policy = hasApplied(live) ? (desired.conflicts ?? "fail") : desired.conflicts === "yield" ? "yield" : "take";
  if (policy === "fail") return unknown(inConflict(desired, conflicts));
  const managers = managersOf(desired, conflicts);
  return present(policy === "yield" ? { ...actual, yielded: Object.keys(managers) } : { ...actual, taken: managers }, evidenceOf(seen));
}

const nothing: K8sActual = { values: {}, going: {}, taken: {}, yielded: [], ready: true };

function actualOf(desired: K8sObject, { live, dryRun, ready }: Here): K8sActual {
  const would = dryRun?.dryRun === "done" ? dryRun.object : undefined;
  const former = hasApplied(live) ? [] : formerFields(live);
  return {
    ...nothing,
    values: valuesOf(desired, live, would),
    going: { ...(would === undefined ? {} : goingOf(desired, live, would)), ...formerOf(desired, live, former) },
    ...(former.length === 0 ? {} : { adopts: true as const }),
    ...claimsOf(live),
    ready: ready.ready || desired.wait === false,
    ...(dryRun?.dryRun === "immutable" ? { immutable: dryRun.fields } : {}),
    ...(dryRun?.dryRun === "not allowed" ? { approximate: true as const } : {}),
  };
}

function claimsOf(live: KubernetesObject): Pick<K8sActual, "claimsGo" | "claimsShrink"> {
  return { ...(claimsGo(live, "whenDeleted") ? { claimsGo: true } : {}), ...(claimsGo(live, "whenScaled") ? { claimsShrink: true } : {}) };
}

// Shown, and needed for steps: neither compared nor recorded.
function evidenceOf({ live, ready, dryRun }: Here) {
  const because = dryRun !== undefined && "because" in dryRun ? { because: dryRun.because } : {};
  return { uid: uidOf(live), ...(ready.ready ? {} : { waiting: ready.because }), ...because };
}

// As desired there is nothing to say; otherwise the two would fight.
function leftAlone(desired: K8sObject, { actual, owner, seen }: { readonly actual: K8sActual; readonly owner: string; readonly seen: Here }): Found<K8sActual> {
  const marks = (path: string): boolean => path === "metadata.annotations[hlx.io/managed-by]";
  const differing = desiredFields(desired).filter(({ path, value }) => !marks(path) && String(actual.values[path]) !== String(value));
  const [first] = differing;
  if (first === undefined)
    return present(
      { ...actual, ready: true, going: {}, values: Object.fromEntries(desiredFields(desired).map(({ path, value }) => [path, value])) },
      evidenceOf(seen),
    );
  const more = differing.length > 1 ? `, and ${differing.length - 1} more` : "";
  return unknown({
    code: "failed",
    message: `${inWords(desired)} belongs to ${owner}, and is not as desired here (${first.path}${more}): hlx leaves it alone`,
    hint: "change it in Git, or leave it out of the manifests",
  });
}

function conflictsOf(dryRun: DryRun | undefined): readonly FieldConflict[] {
  return dryRun?.dryRun === "done" ? dryRun.conflicts : [];
}

function managersOf(desired: K8sObject, conflicts: readonly FieldConflict[]): Readonly<Record<string, string>> {
  const fields = desiredFields(desired);
  return Object.fromEntries(conflicts.flatMap(({ field, manager }) => fields.filter((one) => isWithin(one, field)).map(({ path }) => [path, manager])));
}

function inConflict(desired: K8sObject, conflicts: readonly FieldConflict[]): Problem {
  const told = conflicts.slice(0, 5).map(({ field, manager }) => `${field} was set by ${manager}`);
  const more = conflicts.length > told.length ? [`and ${conflicts.length - told.length} more`] : [];
  return {
    code: "failed",
    message: `${inWords(desired)} has fields of somebody else: ${[...told, ...more].join("; ")}`,
    hint: "say conflicts: take to set them all the same, conflicts: yield to leave them, or leave them out of the manifest (replicas, where something scales it)",
  };
}

function refused(desired: K8sObject, { because, hint }: { readonly because: string; readonly hint?: string }): Found<K8sActual> {
  return unknown({ code: "input", message: `the API server refuses ${inWords(desired)}: ${because}`, ...(hint === undefined ? {} : { hint }) });
}

function unknown(because: Problem): Found<K8sActual> {
  return { found: "unknown", because };
}
