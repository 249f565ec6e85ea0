// Changing a cluster: apply, remove, and wait with words until it is as it should be.
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../lib/json.ts";
import type { KubernetesCall, KubernetesObject, ObjectName, ObjectReady } from "../../model/ports/kubernetes.ts";
import type { WriteOptions } from "../../model/ports/shell.ts";
import type { StepResult } from "../../model/step.ts";
import { adopt } from "./adopt.ts";
import { bodyOf } from "./body.ts";
import type { Answer } from "./client.ts";
import { type Api, applyPath, applyType, look, problemOfFailure } from "./look.ts";
import { beingRemoved, podTrouble } from "./ready.ts";

const defaultDeadlineMs = 300_000;
const pollMs: readonly number[] = [250, 500, 1000];

export interface Calling {
  readonly api: Api;
  readonly title: string;
  readonly deadlineMs: number | undefined;
  readonly options: WriteOptions;
}

/** Server-side apply; with a uid it changes that very object, and makes none. Sent once. */
export async function apply({ name, object, uid, force = false, adopt: adopting = false }: KubernetesCall, calling: Calling): Promise<StepResult> {
  const path = await pathOf(name, calling);
  if (typeof path !== "string") return path;
  const body = await bodyOf(object ?? { json: "{}" }, calling.options.reveal);
  const meta = isRecord(body["metadata"]) ? body["metadata"] : {};
  const adopted = adopting ? await adopt(calling.api.client, path) : undefined;
  if (adopted !== undefined && adopted.answer !== "data") return resultOf(adopted, calling);
  const sent = uid === undefined ? body : { ...body, metadata: { ...meta, uid } };
  return resultOf(await calling.api.client.ask({ method: "PATCH", path: applyPath(path, { force }), type: applyType, body: sent }), calling);
}

/** Removes this very object; what it owns follows in the background. */
export async function remove({ name, uid }: KubernetesCall, calling: Calling): Promise<StepResult> {
  const path = await pathOf(name, calling);
  if (typeof path !== "string") return path;
  const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background", ...(uid === undefined ? {} : { preconditions: { uid } }) };
  const answer = await calling.api.client.ask({ method: "DELETE", path, body });
  if (answer.answer === "failure" && answer.failure.kind === "absent") return { result: "done", output: "it was gone already" };
  return resultOf(answer, calling);
}

/** Waits; what it waits for is told when it changes, and at the end why it was in vain. */
export async function wait({ name, until = "ready", uid }: KubernetesCall, calling: Calling): Promise<StepResult> {
  const deadlineMs = calling.deadlineMs ?? defaultDeadlineMs;
  const end = performance.now() + deadlineMs;
  let told = "";
  for (let turn = 0; ; turn++) {
    const { state, live } = await stateOf(name, { until, uid, calling });
    if (state.ready) return { result: "done", output: told };
    told = tell(state.because, told, calling);
    if (state.failed === true) return inVain(calling, live, told);
    if (performance.now() >= end) return inVain(calling, live, `${told} (waited ${Math.round(deadlineMs / 1000)} s)`);
    await sleep(Math.min(pollMs[turn] ?? 2000, Math.max(50, end - performance.now())));
  }
}

function tell(because: string, told: string, { options }: Calling): string {
  if (because !== told) options.onOutput?.(because);
  return because;
}

interface State {
  readonly state: ObjectReady;
  readonly live?: KubernetesObject;
}

async function stateOf(name: ObjectName, { until, uid, calling }: { until: "ready" | "gone"; uid: string | undefined; calling: Calling }): Promise<State> {
  const seen = await look(calling.api, name);
  const isHere = seen.seen === "here";
  if (until === "ready") return isHere ? { state: seen.ready, live: seen.live } : { state: { ready: false, because: notHere(seen) } };
  if (seen.seen === "nothing") return { state: { ready: false, because: seen.because } };
  if (!isHere) return { state: { ready: true } };
  const meta = isRecord(seen.live["metadata"]) ? seen.live["metadata"] : {};
  const other = uid !== undefined && meta["uid"] !== uid;
  return other ? { state: { ready: true } } : { state: { ready: false, because: beingRemoved(seen.live) }, live: seen.live };
}

function notHere(seen: { readonly seen: string; readonly because?: string }): string {
  return seen.because ?? (seen.seen === "no kind" ? "the API does not know its kind" : "it is not there");
}

async function inVain(calling: Calling, live: KubernetesObject | undefined, told: string): Promise<StepResult> {
  const pods = live === undefined ? [] : await troubles(calling.api, live);
  return failed([`${calling.title}: ${told}`, ...pods].join("; "));
}

// The pods of a workload, by its selector: their trouble is the reason.
async function troubles({ client }: Api, live: KubernetesObject): Promise<readonly string[]> {
  const [spec, meta] = [live["spec"], live["metadata"]];
  const selector = isRecord(spec) && isRecord(spec["selector"]) ? spec["selector"]["matchLabels"] : undefined;
  if (!isRecord(selector) || !isRecord(meta)) return [];
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`);
  const path = `/api/v1/namespaces/${encodeURIComponent(String(meta["namespace"]))}/pods?labelSelector=${encodeURIComponent(labels.join(","))}&limit=50`;
  const answer = await client.ask({ method: "GET", path });
  const items: unknown = answer.answer === "data" ? answer.data["items"] : [];
  const pods = Array.isArray(items) ? items.filter(isRecord) : [];
  return pods.flatMap((pod) => told(pod)).slice(0, 3);
}

function told(pod: KubernetesObject): readonly string[] {
  const trouble = podTrouble(pod);
  const meta = pod["metadata"];
  return trouble === undefined ? [] : [`pod ${isRecord(meta) ? String(meta["name"]) : ""}: ${trouble}`];
}

async function pathOf(name: ObjectName, { api, title }: Calling): Promise<string | StepResult> {
  const place = await api.places.of(name);
  if (place.place === "at") return place.path;
  if (place.place === "none") return failed(`${title}: the API of ${api.where} does not know ${name.apiVersion} ${name.kind}`);
  return failed(`${title}: ${place.answer.answer === "failure" ? place.answer.failure.text : place.answer.because}`);
}

function resultOf(answer: Answer, { title }: Calling): StepResult {
  if (answer.answer === "data") return { result: "done", output: "" };
  if (answer.answer === "closed") return failed(`${title}: ${answer.because}`);
  if (answer.answer === "lost") return { result: "unknown", because: `${title}: the connection was cut before it answered (${answer.because})` };
  const { message, hint } = problemOfFailure(answer.failure, title);
  return failed(hint === undefined ? message : `${message} (${hint})`);
}

function failed(because: string): StepResult {
  return { result: "failed", output: "", exitStatus: -1, because };
}
