// The kind k8s.object over the connection and the double: what is planned is what is done, and a second look finds nothing.
import { describe, expect, test } from "vitest";
import { type Change, highestRisk } from "../../src/model/kind.ts";
import type { K8sObject } from "../../src/resources/k8s-object/desired.ts";
import { k8sObject, k8sObjectKind as kind } from "../../src/resources/k8s-object.ts";
import { ahead, container, deskAt, mark, on, ready, relabelled, scaled, secrets, settings, useReach, web, words } from "./desk.ts";
import type { Body } from "./json.ts";

useReach();
const { wanted, look, run, converge, problem } = deskAt(() => on);

describe("an object", () => {
  test("that is not there is made, and is then as desired", async () => {
    expect(await converge(wanted(settings()))).toEqual(['data.a: null → "1"', mark, ready]);
    expect(on.double.writes).toEqual(["PATCH v1 ConfigMap default/settings"]);
  });
  test("is compared in the server's own spelling: amounts, defaults and ports that are given are no difference", async () => {
    await converge(wanted(web()));
    expect(on.double.get("apps/v1 Deployment default/web")?.["spec"].template.spec.containers[0].resources.limits).toEqual({ memory: "1Gi" });
    await converge(
      wanted({ apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default" }, spec: { type: "NodePort", ports: [{ port: 80 }] } }),
    );
  });
  test("shows which field differs, by the name of the container", async () => {
    await converge(wanted(web()));
    expect(await converge(wanted(web({}, [container({ image: "nginx:1.28" })])))).toEqual([
      'spec.template.spec.containers[web].image: "nginx:1.27" → "nginx:1.28"',
    ]);
  });
  test("changed by somebody's hand is an error that says whose field it is; taken over where that is said, left where that is said", async () => {
    await converge(wanted(web()));
    on.double.put(scaled(5), "kubectl-scale");
    expect(await problem(wanted(web()))).toContain(
      'Deployment default/web has fields of somebody else: .spec.replicas was set by "kubectl-scale" (say conflicts: take',
    );
    expect((await look(wanted(web(), { conflicts: "yield" }))).changes).toEqual([]);
    expect(await converge(wanted(web(), { conflicts: "take" }))).toEqual(['spec.replicas: 5 → 2 [taken over from "kubectl-scale"]']);
    expect((await look(wanted(web()))).changes).toEqual([]);
  });
  test("whose field is left to somebody keeps it when the rest changes", async () => {
    await converge(wanted(web()));
    on.double.put(scaled(5), "hpa");
    expect(await converge(wanted(web({}, [container({ image: "nginx:1.28" })]), { conflicts: "yield" }))).toEqual([
      'spec.template.spec.containers[web].image: "nginx:1.27" → "nginx:1.28"',
    ]);
    expect(on.double.get("apps/v1 Deployment default/web")?.["spec"].replicas).toBe(5);
  });
  test("that others made is taken over the first time, and what differs is shown", async () => {
    on.double.put(web({ replicas: 1 }), "kubectl");
    expect(await converge(wanted(web()))).toEqual(['spec.replicas: 1 → 2 [taken over from "kubectl"]', mark]);
  });
  test("that kubectl apply made is adopted: what the manifest does not have any more is shown, and goes", async () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"1","old":"x"}}' };
    on.double.put(settings({ a: "1", old: "x" }, { annotations }), "kubectl-client-side-apply");
    on.double.put(web({}, [container(), { name: "old", image: "x:1" }]), "kubectl-client-side-apply");
    expect((await converge(wanted(settings()))).toSorted()).toEqual([
      'data.old: "x" → null',
      mark,
      "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]: (sensitive) → null",
    ]);
    expect(on.double.get("v1 ConfigMap default/settings")).toMatchObject({ data: { a: "1" }, metadata: { annotations: { "hlx.io/managed-by": "hlx" } } });
    expect((await converge(wanted(web()))).filter((one) => one.endsWith("→ null"))).toEqual([
      'spec.template.spec.containers[old].name: "old" → null',
      'spec.template.spec.containers[old].image: "x:1" → null',
    ]);
    expect(on.double.get("apps/v1 Deployment default/web")?.["spec"].template.spec.containers.map(({ name }: Body) => name)).toEqual(["web"]);
  });
  test("that kubectl apply made and that is gone meanwhile is not made anew by adopting it", async () => {
    on.double.put(settings({ a: "1", old: "x" }), "kubectl-client-side-apply");
    const { steps } = await look(wanted(settings()));
    on.double.objects.delete("v1 ConfigMap default/settings");
    expect(await run(steps.slice(0, 1))).toMatchObject([{ result: "failed" }]);
    expect(on.double.get("v1 ConfigMap default/settings")).toBeUndefined();
  });
  test("a field that is taken out goes, one that others set stays", async () => {
    await converge(wanted(settings({ a: "1", b: "2" })));
    on.double.put(settings({ c: "3" }), "kubectl");
    expect(await converge(wanted(settings({ a: "1" })))).toEqual(['data.b: "2" → null']);
    expect(on.double.get("v1 ConfigMap default/settings")?.["data"]).toEqual({ a: "1", c: "3" });
  });
  test("a field that cannot change needs another object in its place, which must be allowed", async () => {
    await converge(wanted(web()));
    const uid = on.double.get("apps/v1 Deployment default/web")?.["metadata"].uid;
    const other = relabelled("other");
    const { changes, steps } = await look(wanted(other));
    expect(highestRisk(changes)).toBe("replace");
    expect(words(changes[0] as Change)).toContain("cannot be changed, so that it is removed and made anew: Deployment.apps");
    expect(steps.map(({ method }) => method)).toEqual(["DELETE", "GET", "PATCH", "GET"]);
    await converge(wanted(other));
    expect(on.double.get("apps/v1 Deployment default/web")?.["metadata"].uid).not.toBe(uid);
  });
  test("a claim that cannot change says that its data would go", async () => {
    const claim = (storageClassName: string): Body => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "db", namespace: "default" },
      spec: { storageClassName },
    });
    await converge(wanted(claim("nfs")));
    expect(highestRisk((await look(wanted(claim("local-path")))).changes)).toBe("data-loss");
  });
  test("that is to be another by the time of the apply is refused by its uid", async () => {
    await converge(wanted(settings()));
    const { steps } = await look(wanted(settings({ a: "2" })));
    on.double.objects.delete("v1 ConfigMap default/settings");
    on.double.put(settings({ a: "3" }), "kubectl");
    expect(await run(steps.slice(0, 1))).toMatchObject([{ result: "failed", because: expect.stringContaining("metadata.uid") }]);
    expect(on.double.get("v1 ConfigMap default/settings")?.["data"]).toEqual({ a: "3" });
  });
  test("with a mistyped field is an error with its path, and no create", async () =>
    expect(await problem(wanted(web({}, [{ name: "web", imagee: "nginx" }])))).toContain(
      '.spec.template.spec.containers[name="web"].imagee: field not declared in schema',
    ));
});

describe("what is not there yet", () => {
  test("a namespace, a kind and a cluster are capabilities that something planned earlier provides", async () => {
    const inside = wanted(settings({}, { namespace: "homelab" }));
    expect((await look(inside)).found).toMatchObject({ found: "blocked", needs: "kubernetes.namespace:homelab" });
    const middleware = wanted({ apiVersion: "traefik.io/v1alpha1", kind: "Middleware", metadata: { name: "x", namespace: "default" } });
    expect((await look(middleware)).found).toMatchObject({ found: "blocked", needs: "kubernetes.kind:traefik.io/Middleware" });
    on.double.stop();
    expect((await look(inside)).found).toMatchObject({ found: "blocked", needs: "kubernetes:api" });
  });
  test("a Namespace and a CRD provide them", () => {
    const provides = (object: Body): unknown => k8sObject({ cluster: on.cluster, object }).provides;
    expect(provides({ apiVersion: "v1", kind: "Namespace", metadata: { name: "homelab" } })).toEqual(["kubernetes.namespace:homelab"]);
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "x" },
      spec: { group: "traefik.io", names: { kind: "Middleware" } },
    };
    expect(provides(crd)).toEqual(["kubernetes.kind:traefik.io/Middleware"]);
  });
  test("what is absent names every field that may differ once it is half there, with the same risk", async () => {
    on.double.put(web({ replicas: 1 }, [container({ image: "old" })]), "kubectl");
    const desired = wanted(web({}, [container(), { name: "side", image: "x:1" }]));
    const named = new Map(kind.diff(desired, { found: "absent" }, ahead).map(({ property, risk }) => [property, risk]));
    for (const { property, risk } of (await look(desired)).changes) expect([property, named.get(property)]).toEqual([property, risk]);
  });
});

describe("a Secret", () => {
  const secret = (stringData: Body): Body => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "default" }, stringData });
  const withSecret = (): K8sObject => wanted(secret({ user: "root", password: "" }), { secrets: { "/stringData/password": [{ secret: "password" }] } });
  test("is compiled to data, and its values are never shown", async () => {
    const told = await converge(withSecret());
    expect(told).toEqual([...["user", "password"].map((key) => `data.${key}: null → (sensitive)`), mark, ready]);
    expect(on.double.get("v1 Secret default/s")).toMatchObject({ data: { user: "cm9vdA==", password: "aHVudGVyMg==" } });
    expect(on.double.get("v1 Secret default/s")?.["stringData"]).toBeUndefined();
  });
  test("neither a plan's desired state nor what is found of it holds a value", async () => {
    await converge(withSecret());
    const text = JSON.stringify([withSecret(), await look(withSecret()), await look(wanted(secret({ user: "root" })))]);
    expect(text).not.toMatch(/hunter2|aHVudGVyMg/);
  });
  test("whose source has another value by now is changed, and a key that is taken out goes", async () => {
    await converge(withSecret());
    secrets["password"] = "correct horse";
    expect(await converge(withSecret())).toEqual(["data.password: (sensitive) → (sensitive)"]);
    expect(await converge(wanted(secret({ user: "root" })))).toEqual(["data.password: (sensitive) → null"]);
  });
  test("changed by hand is seen", async () => {
    await converge(withSecret());
    on.double.put({ ...secret({}), stringData: undefined, data: { password: "eA==" } }, "kubectl");
    expect(await problem(withSecret())).toContain('.data.password was set by "kubectl"');
  });
});
