// Objects through plan and apply: what comes after its namespace and its definition, the empty second plan, and what is taken out.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { kubernetes } from "../../src/connections/kubernetes.ts";
import { sha256 } from "../../src/lib/hash.ts";
import type { Risk } from "../../src/model/kind.ts";
import type { Entry } from "../../src/model/plan.ts";
import type { Resource } from "../../src/model/resource.ts";
import { k8sObject, k8sObjectKind, kubernetesApi } from "../../src/resources/k8s-object.ts";
import type { MemoryWorld } from "../../src/testing/memory-world.ts";
import { noteKind } from "../../src/testing/note.ts";
import { apply, lab, outcomes, plan } from "../engine/lab.ts";
import { relabelled, running, web } from "./desk.ts";
import { type Double, kubernetesDouble } from "./double.ts";
import type { Body } from "./json.ts";

let double: Double;
let world: MemoryWorld;
let resources: readonly Resource[];
beforeEach(async () => {
  double = await kubernetesDouble();
  double.onApply = running;
  world = lab({ manifests: () => resources });
  world.kinds.set("k8s.object", k8sObjectKind as never);
  world.endpoints.set("kubernetes", kubernetes as never);
  world.secrets.set("kube", double.kubeconfig).set("password", "hunter2");
});
afterEach(() => double.stop());

const cluster = { kubeconfig: { secret: "kube" }, through: "here" } as const;
const made = (object: Body, secrets = {}): Resource => k8sObject({ cluster, object, secrets });
const namespace = made({ apiVersion: "v1", kind: "Namespace", metadata: { name: "homelab" } });
const crd = made({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "middlewares.traefik.io" },
  spec: { group: "traefik.io", scope: "Namespaced", names: { kind: "Middleware", plural: "middlewares" }, versions: [{ name: "v1alpha1" }] },
});
const middleware = made({
  apiVersion: "traefik.io/v1alpha1",
  kind: "Middleware",
  metadata: { name: "auth", namespace: "homelab" },
  spec: { basicAuth: { secret: "users" } },
});
const secret = made(
  { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "homelab" }, stringData: { password: "" } },
  { "/stringData/password": [{ secret: "password" }] },
);
const settings = (a: string): Resource => made({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "homelab" }, data: { a } });

const keys = ["a/manifests"];
const shown = ({ id, entry, action }: Entry): string => `${entry} ${action} ${id.replace("k8s.object:", "")}`;
const all = async (allow: readonly Risk[] = []): Promise<unknown> => [
  ...new Set(Object.values(outcomes(await apply(world, keys, { prunes: "site.yaml", allow })))),
];

describe("in one apply", () => {
  test("what needs a namespace or a definition is predicted, then done; the second plan is empty", async () => {
    resources = [crd, namespace, secret, settings("1"), middleware];
    expect((await plan(world, keys)).entries.map(shown)).toEqual([
      "exact create apiextensions.k8s.io/CustomResourceDefinition middlewares.traefik.io",
      "exact create Namespace homelab",
      "predicted create Secret homelab/s",
      "predicted create ConfigMap homelab/settings",
      "predicted create traefik.io/Middleware homelab/auth",
    ]);
    expect(await all()).toEqual(["changed"]);
    expect(double.get("traefik.io/v1alpha1 Middleware homelab/auth")?.["spec"]).toEqual({ basicAuth: { secret: "users" } });
    expect((await plan(world, keys)).entries.map(({ action }) => action)).toEqual(["none", "none", "none", "none", "none"]);
    const writes = double.writes.length;
    expect(await all()).toEqual(["ok"]);
    expect(double.writes.length).toBe(writes);
  });
  test("a definition is there once the API lists its kind, and not before", async () => {
    double.lagMs = 300;
    resources = [crd, namespace, middleware];
    expect(await all()).toEqual(["changed"]);
  });
  test("without anything that provides it, it is an error that names what is missing", async () => {
    resources = [settings("1")];
    const { problems } = await plan(world, keys);
    expect(problems).toMatchObject([
      { message: expect.stringContaining("there is no namespace homelab"), hint: expect.stringContaining("kubernetes.namespace:homelab") },
    ]);
  });
  test("a cluster that is formed by what comes before is waited for", async () => {
    world.secrets.set("kube", JSON.stringify({ ...JSON.parse(double.kubeconfig), clusters: [{ name: "double", cluster: { server: "https://127.0.0.1:1" } }] }));
    const forms: Resource = { kind: noteKind.kind, desired: { name: "microk8s", value: ["1"] }, id: "note:microk8s", provides: [kubernetesApi], traces: [] };
    resources = [forms, namespace];
    expect((await plan(world, keys)).entries.map(({ entry }) => entry)).toEqual(["exact", "predicted"]);
  });
});

describe("taken out", () => {
  test("it is pruned, last made first, by what hlx remembers", async () => {
    resources = [namespace, settings("1"), secret];
    await all();
    resources = [namespace];
    await expect(all()).rejects.toThrow("has risk data-loss, which was not allowed");
    expect(await all(["data-loss"])).toEqual(["ok", "changed"]);
    expect(double.writes.slice(-2)).toEqual(["DELETE v1 Secret homelab/s", "DELETE v1 ConfigMap homelab/settings"]);
  });
  test("what was there before it was applied stays", async () => {
    double.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "homelab" } });
    resources = [namespace, settings("1")];
    await all();
    resources = [settings("1")];
    await all();
    expect(double.get("v1 Namespace homelab")).toBeDefined();
  });
  test("what somebody made anew since stays, and is told", async () => {
    resources = [namespace, settings("1")];
    await all();
    double.objects.delete("v1 ConfigMap homelab/settings");
    double.put({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "homelab" } });
    resources = [namespace];
    expect((await plan(world, keys, { prunes: "site.yaml" })).stays).toMatchObject([{ because: expect.stringContaining("somebody made it anew") }]);
  });
  test("what is applied through another node by now stays, and the way to let go of it is told", async () => {
    const roles: Record<string, readonly Resource[]> = { a: [namespace, settings("1")], b: [] };
    world = lab({ manifests: (host) => roles[host] ?? [] }, ["a", "b"]);
    world.kinds.set("k8s.object", k8sObjectKind as never);
    world.endpoints.set("kubernetes", kubernetes as never);
    world.secrets.set("kube", double.kubeconfig);
    const both = ["a/manifests", "b/manifests"];
    await apply(world, both, { prunes: "site.yaml" });
    Object.assign(roles, { a: [], b: [namespace, settings("1")] });
    const moved = await plan(world, both, { prunes: "site.yaml" });
    expect(moved.entries.map(({ action }) => action)).toEqual(["none", "none"]);
    expect(moved.stays?.map(({ host, because, hint }) => `${host} ${because} (${hint})`)).toEqual([
      "a is not desired here any more, but is on b: it stays (hlx state forget 'a/manifests/k8s.object:Namespace homelab')",
      "a is not desired here any more, but is on b: it stays (hlx state forget 'a/manifests/k8s.object:ConfigMap homelab/settings')",
    ]);
  });
  test("a namespace is removed only where that risk is allowed", async () => {
    resources = [namespace];
    await all();
    resources = [];
    await expect(apply(world, keys, { prunes: "site.yaml" })).rejects.toThrow("has risk data-loss, which was not allowed");
    await apply(world, keys, { prunes: "site.yaml", allow: ["data-loss"] });
    expect(double.get("v1 Namespace homelab")).toBeUndefined();
  });
});

test("a replacement must be allowed by its name", async () => {
  resources = [made(web())];
  await all();
  resources = [made(relabelled("other"))];
  await expect(apply(world, keys)).rejects.toThrow("has risk replace, which was not allowed");
  expect(outcomes(await apply(world, keys, { allow: ["replace"] }))).toEqual({ "a/manifests/k8s.object:apps/Deployment default/web": "changed" });
});

describe("what is written down", () => {
  const written = async (): Promise<string> =>
    JSON.stringify([await world.state.recorded(["a"]), await world.state.made(["a"]), await world.state.journalOf(1), await world.state.journalOf(2)]);
  test("no value of a secret is in the plan, the journal or the state", async () => {
    resources = [namespace, secret];
    const planned = await plan(world, keys);
    await all();
    expect(JSON.stringify([planned, await written(), world.events])).not.toMatch(/hunter2|aHVudGVyMg/);
  });
  test("of a Secret no hash that could be guessed is kept, whoever set its value", async () => {
    const clear = (a: string): Body => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "homelab" }, data: { a } });
    resources = [namespace, made(clear("eA=="))];
    await all();
    double.put(clear("aHVudGVyMg=="), "hlx");
    await all();
    const guesses = ["aHVudGVyMg==", "hunter2", "eA=="].map(sha256);
    const kept = await written();
    expect(guesses.filter((guess) => kept.includes(guess))).toEqual([]);
  });
  test("a kubeconfig that is a secret keeps nothing back: what was there is known, and can be put back", async () => {
    resources = [namespace, settings("1")];
    await all();
    const [, recorded] = await world.state.recorded(["a"]);
    expect(recorded).toMatchObject({ sealed: false, actual: { values: { "data.a": "1" } } });
  });
});
