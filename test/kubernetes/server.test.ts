// What hlx relies on of an API server, asked of the double, and of a real one where KUBECONFIG names it: KUBECONFIG=… vitest run --project unit test/kubernetes/server.test.ts
// It makes a namespace and a definition of its own there, and removes them.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, openClient } from "../../src/connections/kubernetes/client.ts";
import { accessIn } from "../../src/connections/kubernetes/kubeconfig.ts";
import type { Endpoint, Endpoints } from "../../src/model/ports/endpoint.ts";
import type { KubernetesCluster } from "../../src/model/ports/kubernetes.ts";
import type { K8sObject } from "../../src/resources/k8s-object/desired.ts";
import { k8sObjectKind as kind } from "../../src/resources/k8s-object.ts";
import { deskAt, running } from "./desk.ts";
import { kubernetesDouble } from "./double.ts";
import type { Body } from "./json.ts";
import { aHost, driver } from "./reach.ts";

interface Running {
  readonly kubeconfig: string;
  stop(): void;
}

async function double(): Promise<Running> {
  const one = await kubernetesDouble();
  one.onApply = running;
  return one;
}

const own = process.env["KUBECONFIG"];
const servers: readonly (readonly [string, () => Promise<Running>])[] = [
  ["the double", double],
  ...(own === undefined ? [] : [["the server of KUBECONFIG", async () => ({ kubeconfig: readFileSync(own, "utf8"), stop: () => undefined })] as const]),
];

const namespace = `hlx-test-${process.pid}`;
const group = `${namespace}.hlx.test`;
const cluster: KubernetesCluster = { kubeconfig: { secret: "kube" }, through: "here" };

describe.each(servers)("%s", (_, start) => {
  let server: Running;
  let endpoints: Endpoints<"kubernetes">;
  let endpoint: Endpoint<"kubernetes">;
  let client: Client;
  const { wanted, look, converge, problem, run } = deskAt(() => ({ cluster, endpoint }));

  beforeAll(async () => {
    server = await start();
    endpoints = driver(async (name) => (name === "kube" ? server.kubeconfig : "hunter2"));
    endpoint = endpoints.of(aHost, () => Promise.reject(new Error("no shell is needed")));
    const access = await accessIn({ from: "KUBECONFIG", text: server.kubeconfig }, async (path) => readFileSync(path, "utf8"));
    const dial = () =>
      new Promise<never>((resolve, reject) => {
        const socket = connect(access.port, access.host, () => resolve(socket as never));
        socket.on("error", reject);
      });
    client = openClient({ access, where: "the server", dial, atOnce: 2, timeoutMs: 30_000, connectTimeoutMs: 30_000 });
  });
  afterAll(async () => {
    for (const one of [inNamespace("Namespace", namespace), definition]) await run((await look(gone(wanted(one)))).steps);
    await endpoints.close();
    client.close();
    server.stop();
  });

  const gone = (desired: K8sObject): K8sObject => kind.absent?.(desired) as K8sObject;
  const inNamespace = (of: string, name: string, more: Body = {}): Body => ({
    apiVersion: "v1",
    kind: of,
    metadata: of === "Namespace" ? { name } : { name, namespace },
    ...more,
  });
  const definition: Body = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind: "Thing", plural: "things", singular: "thing", listKind: "ThingList" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } }],
    },
  };
  // Without replicas nothing has to be fetched.
  const web = (labels: Body = { app: "web" }, container: Body = {}): Body => ({
    ...inNamespace("Deployment", "web"),
    apiVersion: "apps/v1",
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "web", image: "nginx:1.27", resources: { limits: { memory: "1024Mi" } }, ...container }] },
      },
    },
  });

  test("what is in a namespace that is not there waits for it; then it is made, and as desired", async () => {
    const settings = wanted(inNamespace("ConfigMap", "settings", { data: { a: "1" } }));
    expect((await look(settings)).found).toMatchObject({ found: "blocked", needs: `kubernetes.namespace:${namespace}` });
    await converge(wanted(inNamespace("Namespace", namespace)));
    await converge(settings);
    expect(await converge(wanted(inNamespace("ConfigMap", "settings", { data: { b: "1" } })))).toEqual(['data.b: null → "1"', 'data.a: "1" → null']);
  });
  test("a Secret whose value is not shown", async () => {
    const secret = wanted(inNamespace("Secret", "s", { stringData: { password: "" } }), { secrets: { "/stringData/password": [{ secret: "password" }] } });
    expect(await converge(secret)).toContain("data.password: null → (sensitive)");
  });
  test("a Deployment in the server's own spelling; a mistyped field; a field that cannot change", async () => {
    await converge(wanted(web()));
    expect(await problem(wanted(web({ app: "web" }, { imagee: "x" })))).toContain(
      '.spec.template.spec.containers[name="web"].imagee: field not declared in schema',
    );
    expect((await look(wanted(web({ app: "other" })))).changes.map(({ risk }) => risk)).toContain("replace");
    await converge(wanted(web({ app: "other" })));
  });
  test("a field of somebody else, by its manager", async () => {
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace }, spec: { minReadySeconds: 7 } };
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web?fieldManager=hlx-test&force=true`;
    expect(await client.ask({ method: "PATCH", path, type: "application/apply-patch+yaml", body })).toMatchObject({ answer: "data" });
    const desired = { ...web({ app: "other" }), spec: { ...web({ app: "other" })["spec"], minReadySeconds: 3 } };
    expect(await problem(wanted(desired))).toContain('.spec.minReadySeconds was set by "hlx-test"');
    expect((await look(wanted(desired, { conflicts: "yield" }))).changes).toEqual([]);
    expect(await converge(wanted(desired, { conflicts: "take" }))).toEqual(['spec.minReadySeconds: 7 → 3 [taken over from "hlx-test"]']);
  });
  test("an object of a kind that comes with its definition", async () => {
    const thing = wanted({ apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "x", namespace }, spec: { secret: "users" } });
    expect((await look(thing)).found).toMatchObject({ found: "blocked", needs: `kubernetes.kind:${group}/Thing` });
    await converge(wanted(definition));
    await converge(thing);
  });
  test("another object of the same name is neither changed nor removed", async () => {
    const settings = inNamespace("ConfigMap", "settings", { data: { b: "2" } });
    const { steps } = await look(wanted(settings));
    await converge(gone(wanted(settings)));
    expect(await run(steps)).toMatchObject([{ result: "failed", because: expect.stringContaining("uid") }]);
    await converge(wanted(settings));
    expect(await run(steps)).toMatchObject([{ result: "failed", because: expect.stringContaining("uid") }]);
  });
});
