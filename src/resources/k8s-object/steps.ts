// The API calls that make an object as desired: server-side apply, then the wait until it is ready.
import type { Change, Known } from "../../model/kind.ts";
import type { KubernetesCall, ObjectText } from "../../model/ports/kubernetes.ts";
import type { Api } from "../../model/step.ts";
import { inWords, type K8sObject, nameOf, objectOf } from "./desired.ts";
import { waits } from "./diff.ts";
import { without } from "./pointer.ts";
import type { K8sActual } from "./probe.ts";
import { desiredFields } from "./values.ts";

const goneMs = 300_000;

export function steps(desired: K8sObject, found: Known<K8sActual>, { changes }: { readonly changes: readonly Change[] }): readonly Api[] {
  if (changes.length === 0) return [];
  if (found.found === "absent") return desired.absent === true ? [] : [...applied(desired, { object: textOf(desired, []) }), ...awaited(desired)];
  const uid = uidOf(found);
  if (desired.absent === true) return removed(desired, uid);
  const { immutable, taken, yielded, adopts } = found.actual;
  if (immutable !== undefined) return [...removed(desired, uid), ...applied(desired, { object: textOf(desired, []) }), ...awaited(desired)];
  const only = changes.every(({ property }) => property === "ready");
  const how = { ...(Object.keys(taken).length > 0 ? { force: true } : {}), ...(adopts === true ? { adopt: true } : {}) };
  return [...(only ? [] : applied(desired, { object: textOf(desired, yielded), ...uid, ...how })), ...awaited(desired)];
}

function uidOf({ evidence }: Extract<Known<K8sActual>, { found: "present" }>): { readonly uid?: string } {
  const uid = evidence?.["uid"];
  return typeof uid === "string" ? { uid } : {};
}

function applied(desired: K8sObject, body: Omit<KubernetesCall, "name">): readonly Api[] {
  return [call(desired, { title: `apply ${inWords(desired)}`, method: "PATCH", body })];
}

function awaited(desired: K8sObject): readonly Api[] {
  if (!waits(desired)) return [];
  const step = call(desired, { title: `wait until ${inWords(desired)} is ready`, method: "GET", body: { until: "ready" } });
  return [desired.timeout === undefined ? step : { ...step, deadlineMs: desired.timeout * 1000 }];
}

// What comes next in its place must not meet it while it goes.
function removed(desired: K8sObject, uid: { readonly uid?: string }): readonly Api[] {
  return [
    call(desired, { title: `remove ${inWords(desired)}`, method: "DELETE", body: uid }),
    { ...call(desired, { title: `wait until ${inWords(desired)} is gone`, method: "GET", body: { until: "gone", ...uid } }), deadlineMs: goneMs },
  ];
}

function textOf(desired: K8sObject, yielded: readonly string[]): ObjectText {
  const { object = "{}", fill } = desired;
  if (yielded.length === 0) return { json: object, ...(fill === undefined ? {} : { fill }) };
  const left = desiredFields(desired).filter(({ path }) => yielded.includes(path));
  const json = JSON.stringify(left.reduce((rest, { at }) => without(rest, at), objectOf(desired)));
  const kept = fill?.filter(({ at }) => !left.some((one) => one.at === at)) ?? [];
  return { json, ...(kept.length === 0 ? {} : { fill: kept }) };
}

function call(desired: K8sObject, { title, method, body }: Pick<Api, "title" | "method"> & { readonly body: Omit<KubernetesCall, "name"> }): Api {
  const { apiVersion, kind, namespace, name } = desired;
  const path = `/${[apiVersion, kind, ...(namespace === undefined ? [] : [namespace]), name].join("/")}`;
  return { do: "api", via: "kubernetes", to: desired.cluster, title, method, path, body: { name: nameOf(desired), ...body } };
}
