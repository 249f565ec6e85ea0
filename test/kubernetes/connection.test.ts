// The port "kubernetes" before the double: one look at an object, changing it, and waiting for it.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ObjectSeen } from "../../src/model/ports/kubernetes.ts";
import { relabelled, settings, web } from "./desk.ts";
import type { Body } from "./json.ts";
import { nameOf, type Reached, reach } from "./reach.ts";

let on: Reached;
beforeEach(async () => {
  on = await reach({ password: "hunter2" });
});
afterEach(() => on.stop());

const look = (object: Body): Promise<ObjectSeen> => on.endpoint.reader.look(on.cluster, nameOf(object as never), { json: JSON.stringify(object) });
const apply = (object: Body, more: object = {}) => on.call("PATCH", { name: nameOf(object as never), object: { json: JSON.stringify(object) }, ...more });

describe("one look", () => {
  test("at what is not there: what would be made, and nothing is made", async () => {
    expect(await look(settings())).toMatchObject({ seen: "absent", dryRun: { dryRun: "done", object: { data: { a: "1" } }, conflicts: [] } });
    expect(on.double.writes).toEqual([]);
    expect(on.double.get("v1 ConfigMap default/settings")).toBeUndefined();
  });
  test("asks for the API group once, however many objects there are", async () => {
    await Promise.all(["a", "b", "c", "d"].map((name) => look({ ...settings(), metadata: { name, namespace: "default" } })));
    await look(settings());
    expect(on.double.requests.filter((one) => one === "GET /api/v1")).toHaveLength(1);
    expect(on.double.requests).toHaveLength(1 + 2 * 5);
  });
  test("at what is there: live, and as it would be, in the server's own spelling", async () => {
    on.double.put(web());
    const seen = await look(web({ replicas: 3 }));
    expect(seen).toMatchObject({
      seen: "here",
      live: { spec: { replicas: 2 } },
      dryRun: { dryRun: "done", object: { spec: { replicas: 3, progressDeadlineSeconds: 600 } } },
    });
  });
  test("says who owns a field that is to be another", async () => {
    const bare = [{ name: "web", image: "nginx:1.27" }];
    on.double.put(web({}, bare), "kubectl");
    expect(await look(web({ replicas: 3 }, bare))).toMatchObject({
      dryRun: { dryRun: "done", conflicts: [{ field: ".spec.replicas", manager: '"kubectl"' }] },
    });
    expect(await look(web({}, bare))).toMatchObject({ dryRun: { conflicts: [] } });
  });
  test("without a wanted object asks nothing that would need rights to change", async () => {
    on.double.viewOnly = true;
    on.double.put(web());
    expect(await on.endpoint.reader.look(on.cluster, nameOf(web()))).toMatchObject({ seen: "here", ready: { ready: false } });
    expect(await look(web())).toMatchObject({ dryRun: { dryRun: "not allowed", because: expect.stringContaining('cannot patch resource "deployments"') } });
  });
  test.each<readonly [string, Body, object]>([
    [
      "a kind that no API serves, answered in plain text",
      { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name: "x", namespace: "default" } },
      { seen: "no kind" },
    ],
    ["a kind that its group does not have", { apiVersion: "v1", kind: "Middleware", metadata: { name: "x" } }, { seen: "no kind" }],
    [
      "a namespace that is not there",
      { ...settings(), metadata: { name: "x", namespace: "homelab" } },
      { seen: "absent", dryRun: { dryRun: "no namespace", namespace: "homelab" } },
    ],
    [
      "a mistyped field, though it is a 500",
      web({ template: { spec: { containers: [{ name: "web", imagee: "nginx" }] } } }),
      { dryRun: { dryRun: "refused", because: expect.stringContaining('.spec.template.spec.containers[name="web"].imagee: field not declared in schema') } },
    ],
    [
      "two ports of one key",
      { apiVersion: "v1", kind: "Service", metadata: { name: "dns", namespace: "default" }, spec: { ports: [{ port: 53, protocol: "TCP" }, { port: 53 }] } },
      { dryRun: { dryRun: "refused", because: expect.stringContaining("duplicate entries for key") } },
    ],
  ])("knows %s", async (_, object, expected) => expect(await look(object)).toMatchObject(expected));
  test("knows a field that cannot change, and which", async () => {
    on.double.put(web());
    expect(await look(relabelled("other"))).toMatchObject({
      dryRun: { dryRun: "immutable", fields: ["spec.selector"], because: expect.stringContaining("field is immutable") },
    });
  });
  test("takes nothing for a replacement that would be refused, too, once the old one is gone", async () => {
    on.double.put(web());
    expect(await look(web({ selector: { matchLabels: { app: "other" } } }))).toMatchObject({
      dryRun: { dryRun: "refused", because: expect.stringContaining("`selector` does not match template `labels`") },
    });
  });
  test("knows a webhook that does not answer from one that cannot be asked in vain", async () => {
    on.double.webhook = 'failed calling webhook "webhook.cert-manager.io": connection refused';
    expect(await look(settings())).toMatchObject({ dryRun: { dryRun: "refused", hint: expect.stringContaining("webhook") } });
    on.double.webhook = 'admission webhook "x" does not support dry run';
    expect(await look(settings())).toMatchObject({ dryRun: { dryRun: "not allowed" } });
  });
  test("a webhook that has only just come up is asked again", async () => {
    on.double.webhook = 'failed calling webhook "webhook.cert-manager.io": x509: certificate signed by unknown authority';
    setTimeout(() => {
      on.double.webhook = undefined;
    }, 700);
    expect(await look(settings())).toMatchObject({ seen: "absent", dryRun: { dryRun: "done" } });
  });
  test("a server that is busy is asked again", async () => {
    on.double.busy = 2;
    expect(await look(settings())).toMatchObject({ seen: "absent", dryRun: { dryRun: "done" } });
  });
  test("a kind whose CRD came since is found", async () => {
    const middleware = { apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name: "x", namespace: "default" }, spec: {} };
    expect(await look(middleware)).toEqual({ seen: "no kind" });
    on.double.put({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "middlewares.traefik.io" },
      spec: { group: "traefik.io", scope: "Namespaced", names: { kind: "Middleware", plural: "middlewares" }, versions: [{ name: "v1alpha1" }] },
    });
    expect(await look(middleware)).toMatchObject({ seen: "absent", dryRun: { dryRun: "done" } });
  });
});

describe("changing", () => {
  test("applies as hlx, with what holds a secret filled in where it points", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "default" }, data: { password: "", "a/b": "" } };
    const fill = [
      { at: "/data/password", value: [{ secret: "password" }], base64: true as const },
      { at: "/data/a~1b", value: ["x-", { secret: "password" }], base64: true as const },
    ];
    expect(await on.call("PATCH", { name: nameOf(secret), object: { json: JSON.stringify(secret), fill } })).toMatchObject({ result: "done" });
    expect(on.double.get("v1 Secret default/s")?.["data"]).toEqual({ password: "aHVudGVyMg==", "a/b": Buffer.from("x-hunter2").toString("base64") });
    expect(on.double.objects.get("v1 Secret default/s")?.owned.get("hlx")).toBeDefined();
  });
  test("an object that only looks like a reference to a secret is sent as it is", async () => {
    await apply(settings({ secret: "basic-auth" }));
    expect(on.double.get("v1 ConfigMap default/settings")?.["data"]).toEqual({ secret: "basic-auth" });
  });
  test("a conflict is a failure that names the owner; force takes over", async () => {
    on.double.put(web(), "hpa");
    expect(await apply(web({ replicas: 5 }))).toMatchObject({ result: "failed", because: expect.stringContaining('conflict with "hpa": .spec.replicas') });
    expect(await apply(web({ replicas: 5 }), { force: true })).toMatchObject({ result: "done" });
  });
  test("with a uid another object of the name is left alone, and none is made", async () => {
    expect(await apply(settings(), { uid: "uid-of-old" })).toMatchObject({ result: "failed", because: expect.stringContaining("uid mismatch") });
    on.double.put(settings());
    expect(await apply(settings({ a: "2" }), { uid: "uid-of-old", force: true })).toMatchObject({
      result: "failed",
      because: expect.stringContaining("metadata.uid"),
    });
    expect(on.double.get("v1 ConfigMap default/settings")?.["data"]).toEqual({ a: "1" });
  });
  test("removes this very object only, and what is gone is done", async () => {
    on.double.put(settings());
    const name = nameOf(settings());
    expect(await on.call("DELETE", { name, uid: "uid-of-old" })).toMatchObject({
      result: "failed",
      because: expect.stringContaining("does not match the UID in record"),
    });
    expect(await on.call("DELETE", { name, uid: on.double.get("v1 ConfigMap default/settings")?.["metadata"].uid })).toMatchObject({ result: "done" });
    expect(await on.call("DELETE", { name })).toMatchObject({ result: "done", output: "it was gone already" });
  });
  test("an answer that is cut off is unknown, and was sent once", async () => {
    on.double.dropAnswers = true;
    expect(await apply(settings())).toMatchObject({ result: "unknown" });
    expect(on.double.writes).toEqual(["PATCH v1 ConfigMap default/settings"]);
  });
  test("a server that is not there is told apart: nothing was sent", async () => {
    on.double.stop();
    expect(await apply(settings())).toMatchObject({ result: "failed" });
    expect(await look(settings())).toMatchObject({ seen: "nothing", because: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("waiting", () => {
  test("ends when it is ready, and tells what it waits for", async () => {
    on.double.put(web());
    setTimeout(() => on.double.put({ ...web(), status: { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 } }), 100);
    expect(await on.call("GET", { name: nameOf(web()), until: "ready" })).toMatchObject({ result: "done" });
    expect(on.told).toEqual(["0 of 2 replicas are updated"]);
  });
  test("says in the end what the pods wait for", async () => {
    on.double.put(web());
    on.double.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web-1", namespace: "default", labels: { app: "web" } },
      status: { phase: "Pending", containerStatuses: [{ name: "web", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } }] },
    });
    const result = await on.call("GET", { name: nameOf(web()), until: "ready" }, { deadlineMs: 100 });
    expect(result).toMatchObject({
      result: "failed",
      because: "get web: 0 of 2 replicas are updated (waited 0 s); pod web-1: container web: ImagePullBackOff (no such image)",
    });
  });
  test("does not wait for what has failed", async () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "j", namespace: "default" },
      spec: {},
      status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
    };
    on.double.put(job);
    expect(await on.call("GET", { name: nameOf(job) })).toMatchObject({ result: "failed", because: "get j: BackoffLimitExceeded" });
  });
  test("waits for what is removed until its finalizers are done", async () => {
    on.double.put({ ...settings(), metadata: { name: "settings", namespace: "default", finalizers: ["kubernetes.io/pvc-protection"] } });
    const name = nameOf(settings());
    await on.call("DELETE", { name });
    expect(await on.call("GET", { name, until: "gone" }, { deadlineMs: 50 })).toMatchObject({
      result: "failed",
      because: expect.stringContaining("it is being removed, and waits for kubernetes.io/pvc-protection"),
    });
    on.double.objects.delete("v1 ConfigMap default/settings");
    expect(await on.call("GET", { name, until: "gone" })).toMatchObject({ result: "done" });
  });
});
