// Is an object ready? The rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus/status/core.go), stricter where it calls ready what still runs or waits.
import { isRecord } from "../../lib/json.ts";
import type { KubernetesObject, ObjectReady } from "../../model/ports/kubernetes.ts";

export interface Around {
  /** A claim that is bound only once a pod uses it: its storage class says so. */
  readonly bindsLater?: boolean;
  /** Does the API list what a definition defines? It does a moment after it calls it established. */
  readonly served?: boolean;
}

type Part = Readonly<Record<string, unknown>>;
type Rule = (object: KubernetesObject, around: Around) => ObjectReady;

const ready: ObjectReady = { ready: true };
const waits = (because: string): ObjectReady => ({ ready: false, because });
const failed = (because: string): ObjectReady => ({ ready: false, because, failed: true });

export function readyOf(object: KubernetesObject, around: Around = {}): ObjectReady {
  const general = generally(object);
  if (!general.ready) return general;
  const group = String(object["apiVersion"]).includes("/") ? String(object["apiVersion"]).replace(/\/.*/, "") : "";
  const rule = rules[`${group}/${String(object["kind"])}`];
  return rule === undefined ? byCondition(object) : rule(object, around);
}

function generally(object: KubernetesObject): ObjectReady {
  const meta = part(object, "metadata");
  const status = part(object, "status");
  if (meta["deletionTimestamp"] !== undefined) return waits(beingRemoved(object));
  const [generation, observed] = [meta["generation"], status["observedGeneration"]];
  if (typeof generation === "number" && typeof observed === "number" && observed < generation) return waits("its controller has not seen the change yet");
  const stalled = conditionOf(object, "Stalled", "True");
  if (stalled !== undefined) return failed(told(stalled));
  const reconciling = conditionOf(object, "Reconciling", "True");
  return reconciling === undefined ? ready : waits(told(reconciling));
}

/** What an object that is being removed still waits for: its finalizers, and what a namespace or a definition says of what is in it. */
export function beingRemoved(object: KubernetesObject): string {
  const { finalizers } = part(object, "metadata");
  const names = Array.isArray(finalizers) ? finalizers.map(String) : [];
  const conditions = part(object, "status")["conditions"];
  const left = (Array.isArray(conditions) ? conditions.filter(isRecord) : []).filter(({ type, status }) => hinders.test(String(type)) && status === "True");
  return `it is being removed${names.length === 0 ? "" : `, and waits for ${names.join(", ")}`}${left.map((one) => `; ${told(one)}`).join("")}`;
}

/** Conditions of k8s.io/api/core/v1 (NamespaceConditionType) and of apiextensions that tell why a removal does not end. */
const hinders = /^(Namespace(Deletion|Content|Finalizers)\w+|Terminating)$/;

const rules: Readonly<Record<string, Rule>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "apps/ReplicaSet": (object) => counted(object, [["availableReplicas", "available"]]),
  "batch/Job": job,
  "batch/CronJob": () => ready,
  "/Pod": pod,
  "/Service": service,
  "/PersistentVolumeClaim": claim,
  "/Namespace": (object) => (part(object, "status")["phase"] === "Terminating" ? waits(beingRemoved(object)) : ready),
  "networking.k8s.io/Ingress": ingress,
  "apiextensions.k8s.io/CustomResourceDefinition": definition,
  "autoscaling/HorizontalPodAutoscaler": () => ready,
  "policy/PodDisruptionBudget": () => ready,
};

function deployment(object: KubernetesObject): ObjectReady {
  const progressing = condition(object, "Progressing");
  if (progressing?.["reason"] === "ProgressDeadlineExceeded") return failed(told(progressing));
  const counts = counted(object, [
    ["updatedReplicas", "updated"],
    ["readyReplicas", "ready"],
    ["availableReplicas", "available"],
  ]);
  if (!counts.ready) return counts;
  const left = number(part(object, "status")["replicas"]) - wantedReplicas(object);
  if (left > 0) return waits(`${left} old ${left === 1 ? "pod is" : "pods are"} still there`);
  const available = condition(object, "Available");
  return available !== undefined && available["status"] !== "True" ? waits(told(available)) : seen(object);
}

function statefulSet(object: KubernetesObject): ObjectReady {
  const [spec, status] = [part(object, "spec"), part(object, "status")];
  if (part(spec, "updateStrategy")["type"] === "OnDelete") return ready;
  const counts = counted(object, [["readyReplicas", "ready"]]);
  if (!counts.ready) return counts;
  const partition = number(part(part(spec, "updateStrategy"), "rollingUpdate")["partition"]);
  if (partition > 0) return number(status["updatedReplicas"]) < wantedReplicas(object) - partition ? waits("its pods are being updated") : seen(object);
  return status["currentRevision"] === status["updateRevision"] ? seen(object) : waits("its pods are being updated");
}

function daemonSet(object: KubernetesObject): ObjectReady {
  const status = part(object, "status");
  if (status["desiredNumberScheduled"] === undefined) return waits("its controller has not seen it yet");
  const wanted = number(status["desiredNumberScheduled"]);
  const lacking = [
    ["updatedNumberScheduled", "updated"],
    ["numberAvailable", "available"],
    ["numberReady", "ready"],
  ].find(([name = ""]) => number(status[name]) < wanted);
  return lacking === undefined ? seen(object) : waits(`${number(status[lacking[0] ?? ""])} of ${wanted} pods are ${lacking[1]}`);
}

// kstatus calls a job that merely runs current.
function job(object: KubernetesObject): ObjectReady {
  const broken = conditionOf(object, "Failed", "True");
  if (broken !== undefined) return failed(told(broken));
  if (conditionOf(object, "Complete", "True") !== undefined) return ready;
  if (part(object, "spec")["suspend"] === true) return ready;
  const { active, succeeded, failed: lost } = part(object, "status");
  return waits(`it has not ended: ${number(active)} running, ${number(succeeded)} done, ${number(lost)} failed`);
}

function pod(object: KubernetesObject): ObjectReady {
  const status = part(object, "status");
  if (status["phase"] === "Succeeded") return ready;
  if (status["phase"] === "Failed") return failed(`it failed: ${String(status["reason"] ?? status["message"] ?? "its containers ended with an error")}`);
  const stuck = podTrouble(object);
  if (stuck !== undefined) return /CrashLoopBackOff/.test(stuck) ? failed(stuck) : waits(stuck);
  return conditionOf(object, "Ready", "True") === undefined ? waits(`it is ${String(status["phase"] ?? "Pending")}`) : ready;
}

/** What keeps a pod from running, in the words of kubelet and scheduler; undefined when nothing does. */
export function podTrouble(object: KubernetesObject): string | undefined {
  const status = part(object, "status");
  const containers = [status["initContainerStatuses"], status["containerStatuses"]].flatMap((list) => (Array.isArray(list) ? list.filter(isRecord) : []));
  for (const container of containers) {
    const waiting = part(part(container, "state"), "waiting");
    if (waiting["reason"] === undefined || /^(ContainerCreating|PodInitializing)$/.test(String(waiting["reason"]))) continue;
    return `container ${String(container["name"])}: ${String(waiting["reason"])}${waiting["message"] === undefined ? "" : ` (${String(waiting["message"])})`}`;
  }
  const scheduled = conditionOf(object, "PodScheduled", "False");
  return scheduled === undefined ? undefined : told(scheduled);
}

// kstatus calls a load balancer current that only has its address inside of the cluster.
function service(object: KubernetesObject): ObjectReady {
  const spec = part(object, "spec");
  if (spec["type"] !== "LoadBalancer") return ready;
  const ingresses = part(part(object, "status"), "loadBalancer")["ingress"];
  return Array.isArray(ingresses) && ingresses.length > 0 ? ready : waits("it has no address from a load balancer (MetalLB, kube-vip, a cloud)");
}

function ingress(object: KubernetesObject): ObjectReady {
  const ingresses = part(part(object, "status"), "loadBalancer")["ingress"];
  return Array.isArray(ingresses) && ingresses.length > 0 ? ready : waits("no ingress controller has given it an address");
}

function claim(object: KubernetesObject, { bindsLater = false }: Around): ObjectReady {
  const phase = part(object, "status")["phase"];
  if (phase === "Bound" || (bindsLater && phase !== "Lost")) return ready;
  return phase === "Lost" ? failed("its volume is lost") : waits(`it is ${String(phase ?? "Pending")}: no volume is bound to it`);
}

function definition(object: KubernetesObject, { served = true }: Around): ObjectReady {
  const refused = conditionOf(object, "NamesAccepted", "False");
  if (refused !== undefined) return failed(told(refused));
  return conditionOf(object, "Established", "True") === undefined || !served ? waits("the API does not serve it yet") : ready;
}

// Everything else, custom resources first of all: a condition Ready, where there is one, must be true.
function byCondition(object: KubernetesObject): ObjectReady {
  const one = condition(object, "Ready");
  return one === undefined || one["status"] === "True" ? ready : waits(told(one));
}

function counted(object: KubernetesObject, counts: readonly (readonly [string, string])[]): ObjectReady {
  const [wanted, status] = [wantedReplicas(object), part(object, "status")];
  const lacking = counts.find(([name]) => number(status[name]) < wanted);
  return lacking === undefined ? seen(object) : waits(`${number(status[lacking[0]])} of ${wanted} replicas are ${lacking[1]}`);
}

// Nothing of a status is there before the controller looked for the first time.
function seen(object: KubernetesObject): ObjectReady {
  const status = part(object, "status");
  return Object.keys(status).length === 0 ? waits("its controller has not seen it yet") : ready;
}

function wantedReplicas(object: KubernetesObject): number {
  const { replicas } = part(object, "spec");
  return typeof replicas === "number" ? replicas : 1;
}

function condition(object: KubernetesObject, type: string): Part | undefined {
  const list = part(object, "status")["conditions"];
  return Array.isArray(list) ? list.filter(isRecord).find((one) => one["type"] === type) : undefined;
}

function conditionOf(object: KubernetesObject, type: string, status: string): Part | undefined {
  const one = condition(object, type);
  return one?.["status"] === status ? one : undefined;
}

function told({ type, reason, message }: Part): string {
  const why = [reason, message].filter((word) => typeof word === "string" && word !== "").join(": ");
  return why === "" ? `its condition ${String(type)} is not as it should be` : why.slice(0, 500);
}

function part(object: Part, name: string): Part {
  const value = object[name];
  return isRecord(value) ? value : {};
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
