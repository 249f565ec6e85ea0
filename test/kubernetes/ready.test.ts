// What the API's answers mean, and when an object is ready.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../src/connections/kubernetes/failure.ts";
import { readyOf } from "../../src/connections/kubernetes/ready.ts";
import { settings, web } from "./desk.ts";
import type { Body } from "./json.ts";
import { nameOf, type Reached, reach } from "./reach.ts";

let on: Reached;
beforeEach(async () => {
  on = await reach();
});
afterEach(() => on.stop());

describe("what an answer means", () => {
  const status = (code: number, message: string, more: object = {}) => failureOf(code, JSON.stringify({ kind: "Status", message, ...more })).kind;
  test.each<readonly [string, string]>([
    [status(401, "Unauthorized", { reason: "Unauthorized" }), "login"],
    [status(403, 'pods is forbidden: User "x" cannot list resource "pods"', { reason: "Forbidden" }), "forbidden"],
    [status(403, "unable to create new content in namespace x because it is being terminated", { reason: "Forbidden" }), "invalid"],
    [status(404, 'configmaps "x" not found', { reason: "NotFound", details: { kind: "configmaps" } }), "absent"],
    [status(404, 'namespaces "x" not found', { reason: "NotFound", details: { kind: "namespaces" } }), "no namespace"],
    [status(404, "the server could not find the requested resource", { reason: "NotFound", details: {} }), "no api"],
    [failureOf(404, "404 page not found\n").kind, "no api"],
    [status(409, "Apply failed with 1 conflict", { details: { causes: [{ reason: "FieldManagerConflict", field: ".a" }] } }), "conflict"],
    [status(409, "Operation cannot be fulfilled"), "precondition"],
    [status(422, 'Service "x" is invalid: spec.clusterIPs[0]: Invalid value: "": may not change once set'), "immutable"],
    [status(422, 'Deployment "x" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'), "invalid"],
    [status(429, "too many"), "busy"],
    [status(500, "failed to create typed patch object (a/b; v1, Kind=Pod): .spec.x: field not declared in schema"), "schema"],
    [status(500, 'Internal error occurred: failed calling webhook "x"'), "webhook"],
    [status(500, "etcdserver: leader changed"), "other"],
    [failureOf(502, "<html>Bad Gateway</html>").kind, "other"],
  ])("%s is %s", (kind, expected) => expect(kind).toBe(expected));
});

describe("ready", () => {
  const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
  test.each<readonly [string, Body, object]>([
    ["a deployment with all replicas", { ...web(), status: counts }, { ready: true }],
    ["a deployment that nobody has seen", web(), { ready: false }],
    [
      "a deployment whose change nobody has seen",
      { ...web(), metadata: { generation: 2 }, status: { ...counts, observedGeneration: 1 } },
      { ready: false, because: "its controller has not seen the change yet" },
    ],
    ["a deployment with old pods", { ...web(), status: { ...counts, replicas: 3 } }, { because: "1 old pod is still there" }],
    [
      "a deployment that gave up",
      { ...web(), status: { ...counts, conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" }] } },
      { failed: true, because: "ProgressDeadlineExceeded: timed out" },
    ],
    [
      "a stateful set in the middle of an update",
      { apiVersion: "apps/v1", kind: "StatefulSet", spec: {}, status: { readyReplicas: 1, currentRevision: "a", updateRevision: "b" } },
      { because: "its pods are being updated" },
    ],
    [
      "a daemon set that lacks one",
      { apiVersion: "apps/v1", kind: "DaemonSet", status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2, numberReady: 2 } },
      { because: "2 of 3 pods are available" },
    ],
    ["a job that merely runs", { apiVersion: "batch/v1", kind: "Job", status: { active: 1 } }, { ready: false }],
    ["a job that is done", { apiVersion: "batch/v1", kind: "Job", status: { conditions: [{ type: "Complete", status: "True" }] } }, { ready: true }],
    ["a load balancer without an address", { apiVersion: "v1", kind: "Service", spec: { type: "LoadBalancer", clusterIP: "10.1.1.1" } }, { ready: false }],
    ["a service inside of the cluster", { apiVersion: "v1", kind: "Service", spec: { clusterIP: "10.1.1.1" } }, { ready: true }],
    ["a claim that waits", { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } }, { ready: false }],
    [
      "a pod that crashes",
      { apiVersion: "v1", kind: "Pod", status: { phase: "Running", containerStatuses: [{ name: "a", state: { waiting: { reason: "CrashLoopBackOff" } } }] } },
      { failed: true },
    ],
    [
      "a definition that is served",
      { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", status: { conditions: [{ type: "Established", status: "True" }] } },
      { ready: true },
    ],
    [
      "a certificate that is not issued",
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        status: { conditions: [{ type: "Ready", status: "False", reason: "Issuing", message: "waiting" }] },
      },
      { because: "Issuing: waiting" },
    ],
    ["something without a status", settings(), { ready: true }],
    [
      "something that is being removed",
      { ...settings(), metadata: { deletionTimestamp: "now", finalizers: ["a/b"] } },
      { because: "it is being removed, and waits for a/b" },
    ],
    [
      "a namespace in which something hangs",
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { deletionTimestamp: "now" },
        status: {
          phase: "Terminating",
          conditions: [
            { type: "NamespaceDeletionContentFailure", status: "False", reason: "ContentDeleted", message: "All content successfully deleted" },
            { type: "NamespaceContentRemaining", status: "True", reason: "SomeResourcesRemain", message: "persistentvolumeclaims. has 1 resource instances" },
          ],
        },
      },
      { ready: false, because: "it is being removed; SomeResourcesRemain: persistentvolumeclaims. has 1 resource instances" },
    ],
  ])("%s", (_, object, expected) => expect(readyOf(object)).toMatchObject(expected));
  test("a claim of a class that binds at the first pod is as ready as it can be", async () => {
    on.double.put({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "local-path" }, volumeBindingMode: "WaitForFirstConsumer" });
    const claim = (storageClassName: string) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: storageClassName, namespace: "default" },
      spec: { storageClassName },
      status: { phase: "Pending" },
    });
    for (const one of ["local-path", "nfs"]) on.double.put(claim(one));
    expect(await on.endpoint.reader.look(on.cluster, nameOf(claim("local-path")))).toMatchObject({ ready: { ready: true } });
    expect(await on.endpoint.reader.look(on.cluster, nameOf(claim("nfs")))).toMatchObject({ ready: { ready: false } });
  });
});
