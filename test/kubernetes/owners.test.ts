// Whose an object is: removing, waiting, what belongs to others, and the way back.
import { describe, expect, test } from "vitest";
import { type Change, highestRisk } from "../../src/model/kind.ts";
import type { K8sObject } from "../../src/resources/k8s-object/desired.ts";
import { k8sObjectKind as kind } from "../../src/resources/k8s-object.ts";
import { ahead, deskAt, on, ready, settings, useReach, web, words } from "./desk.ts";
import type { Body } from "./json.ts";

useReach();
const { wanted, look, run, converge, problem } = deskAt(() => on);

describe("being rid of one", () => {
  const gone = (): K8sObject => kind.absent?.(wanted(settings())) as K8sObject;
  test("removes this very object, and waits until it is gone", async () => {
    await converge(wanted(settings()));
    expect(await converge(gone())).toEqual(['object: "present" → "absent"']);
    expect(await converge(gone())).toEqual([]);
  });
  const risk = (apiVersion: string, of: string, actual: object = {}): string =>
    highestRisk(kind.diff({ cluster: on.cluster, apiVersion, kind: of, name: "x", absent: true }, { found: "present", actual: actual as never }, ahead));
  test.each<readonly [string, string, string]>([
    ["v1", "Namespace", "data-loss"],
    ["v1", "Secret", "data-loss"],
    ["v1", "PersistentVolume", "data-loss"],
    ["v1", "PersistentVolumeClaim", "data-loss"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "data-loss"],
    ["postgresql.cnpg.io/v1", "Cluster", "data-loss"],
    ["cert-manager.io/v1", "Certificate", "data-loss"],
    ["snapshot.storage.k8s.io/v1", "VolumeSnapshot", "data-loss"],
    ["serving.knative.dev/v1", "Service", "data-loss"],
    ["v1", "ConfigMap", "none"],
    ["v1", "Service", "restart"],
    ["apps/v1", "StatefulSet", "restart"],
    ["apps/v1", "Deployment", "restart"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "none"],
    ["traefik.io/v1alpha1", "Middleware", "none"],
    ["traefik.io/v1alpha1", "IngressRoute", "restart"],
  ])("of %s a %s costs %s", (apiVersion, of, expected) => expect(risk(apiVersion, of)).toBe(expected));
  const statefulSet = (whenDeleted: string, serviceName = "db", more: Body = {}): Body => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec: {
      serviceName,
      selector: { matchLabels: { app: "db" } },
      template: { metadata: { labels: { app: "db" } } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled: "Retain" },
      ...more,
    },
  });
  test.each([
    ["Retain", "Retain", 1, "none"],
    ["Delete", "Delete", 1, "data-loss"],
    ["Retain", "Delete", 1, "data-loss"],
    ["Delete", "Retain", 1, "data-loss"],
    ["Delete", "Delete", 5, "none"],
  ])("a StatefulSet of three whose scaling says %s, and %s then, costs with %i replicas %s", async (...[is, then, replicas, expected]) => {
    const scaling = (whenScaled: string, count: number): Body =>
      statefulSet("Retain", "db", { replicas: count, persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled } });
    on.double.put(scaling(is, 3), "hlx");
    expect(highestRisk((await look(wanted(scaling(then, replicas), { wait: false }))).changes)).toBe(expected);
  });
  test.each([
    ["Retain", "restart", "replace"],
    ["Delete", "data-loss", "data-loss"],
  ])("a StatefulSet whose claims it says to %s costs %s; in the place of another, %s", async (policy, removed, replaced) => {
    on.double.put(statefulSet(policy), "hlx");
    expect(highestRisk((await look(kind.absent?.(wanted(statefulSet(policy))) as K8sObject)).changes)).toBe(removed);
    expect(highestRisk((await look(wanted(statefulSet("Retain", "other"), { conflicts: "take" }))).changes)).toBe(replaced);
  });
  test.each<readonly [string, Body, string]>([
    ["that somebody made anew", {}, "is not one that hlx applied"],
    ["that says so", { annotations: { "hlx.io/managed-by": "hlx", "hlx.io/prune": "disabled" } }, "says hlx.io/prune: disabled"],
    ["of Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "apps" }, annotations: { "hlx.io/managed-by": "hlx" } }, "belongs to Flux (apps)"],
  ])("leaves one %s", async (_, metadata, told) => {
    on.double.put(settings({}, metadata), "kubectl");
    expect(await problem(gone())).toContain(told);
  });
});

describe("readiness", () => {
  test("what is as desired and not ready is waited for; what is not waited for is not looked at", async () => {
    on.double.onApply = () => undefined;
    await run((await look(wanted(web()))).steps.slice(0, 1));
    const { changes, steps } = await look(wanted(web()));
    expect(changes.map(words)).toEqual([`${ready} [0 of 2 replicas are updated]`]);
    expect(steps.map(({ method }) => method)).toEqual(["GET"]);
    expect((await look(wanted(web(), { wait: false }))).changes).toEqual([]);
  });
  test("the time that it may take is the wait's", async () => expect((await look(wanted(web(), { timeout: 7 }))).steps.at(-1)?.deadlineMs).toBe(7000));
});

describe("others", () => {
  test.each<readonly [string, Body, string]>([
    ["Flux, by its label", { labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } }, "Flux (apps)"],
    [
      "Argo CD, by its annotation",
      { annotations: { "argocd.argoproj.io/tracking-id": "site:/ConfigMap:default/settings" } },
      "Argo CD (site:/ConfigMap:default/settings)",
    ],
  ])("what belongs to %s is left alone: no change where it is as desired, an error where it is not", async (_, metadata, owner) => {
    on.double.put(settings({ a: "1" }, metadata), "someone");
    expect((await look(wanted(settings()))).changes).toEqual([]);
    expect(await problem(wanted(settings({ a: "2" })))).toContain(
      `ConfigMap default/settings belongs to ${owner}, and is not as desired here (data.a): hlx leaves it alone`,
    );
  });
  test("what its controller applies is Flux's without a label, too", async () => {
    on.double.put(settings({ a: "1" }), "kustomize-controller");
    expect(await problem(wanted(settings({ a: "2" })))).toContain("belongs to Flux,");
  });
  test("who may only look gets an approximate plan, which says so; whose apply is refused in words", async () => {
    await converge(wanted(web()));
    on.double.viewOnly = true;
    expect((await look(wanted(web()))).changes).toEqual([]);
    const { changes, steps } = await look(wanted(web({ replicas: 3 })));
    expect(words(changes.find(({ property }) => property === "spec.replicas") as Change)).toContain(
      'spec.replicas: 2 → 3 [approximate, without the server\'s word: deployments "web" is forbidden',
    );
    expect(await run(steps.slice(0, 1))).toMatchObject([{ result: "failed", because: expect.stringContaining("give its account a role that may") }]);
  });
});

describe("the way back", () => {
  test("of what was not there is absence; of a field its old value", async () => {
    const made = await look(wanted(settings()));
    expect(kind.restore?.(wanted(settings()), made.found, new Map())).toMatchObject({ absent: true });
    await converge(wanted(settings({ a: "1", b: "1" })));
    const { found } = await look(wanted(settings({ a: "2", b: "1" })));
    const old = kind.restore?.(wanted(settings({ a: "2", b: "1" })), found, new Map()) as K8sObject;
    await converge(wanted(settings({ a: "2", b: "1" })));
    await converge(old);
    expect(on.double.get("v1 ConfigMap default/settings")?.["data"]).toEqual({ a: "1", b: "1" });
  });
  test("is not known where a secret, or what was taken out, takes part", async () => {
    await converge(wanted(settings({ a: "1", b: "1" })));
    const { found } = await look(wanted(settings({ a: "1" })));
    expect(kind.restore?.(wanted(settings({ a: "1" })), found, new Map())).toMatchObject({
      irreversible: expect.stringContaining("not all of what ConfigMap default/settings was"),
    });
  });
});

test("a manifest without a name is refused", () =>
  expect(() => wanted({ apiVersion: "batch/v1", kind: "Job", metadata: { generateName: "x-" } })).toThrow(
    "a manifest needs apiVersion, kind and metadata.name",
  ));
