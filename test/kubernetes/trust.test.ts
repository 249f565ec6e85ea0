// The way to a cluster: which kubeconfigs are taken, whose certificates are trusted, and the way through a node.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { accessIn } from "../../src/connections/kubernetes/kubeconfig.ts";
import type { Host } from "../../src/model/host.ts";
import { ProblemError, problemOf } from "../../src/model/problem.ts";
import { settings } from "./desk.ts";
import { kubeconfigOf } from "./double.ts";
import type { Body } from "./json.ts";
import { aHost, driver, nameOf, type Reached, reach, sessionWith } from "./reach.ts";

let on: Reached;
beforeEach(async () => {
  on = await reach();
});
afterEach(() => on.stop());

async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(ProblemError);
  const { code, message, hint } = problemOf(thrown);
  return `${code}: ${message} (${hint})`;
}

describe("who is trusted", () => {
  const none = (): Promise<string> => Promise.reject(new Error("no file"));
  const config = (change: (config: Body) => void): string => {
    const value = JSON.parse(kubeconfigOf(6443, "t")) as Body;
    change(value);
    return JSON.stringify(value);
  };
  test.each<readonly [string, (config: Body) => void, string]>([
    ["no verification", (c) => (c["clusters"][0].cluster["insecure-skip-tls-verify"] = true), "trust: the kubeconfig k says insecure-skip-tls-verify"],
    ["plain http", (c) => (c["clusters"][0].cluster.server = "http://127.0.0.1:8080"), "trust: the kubeconfig k names the server http:"],
    [
      "a program that is run",
      (c) => (c["users"][0].user = { exec: { command: "aws" } }),
      "input: the kubeconfig k logs in with exec, which hlx does not (it runs a program",
    ],
    ["a login of old", (c) => (c["users"][0].user = { "auth-provider": { name: "gcp" } }), "Kubernetes 1.26 removed it"],
    ["a user and password", (c) => (c["users"][0].user = { username: "a", password: "b" }), "Kubernetes 1.19 removed it"],
    ["acting as somebody else", (c) => (c["users"][0].user.as = "root"), "logs in with as"],
    ["a proxy", (c) => (c["clusters"][0].cluster["proxy-url"] = "socks5://x"), "goes through a proxy"],
    ["no login at all", (c) => (c["users"] = []), "privilege: the kubeconfig k has neither a token nor a client certificate"],
    ["a context that is not there", (c) => (c["current-context"] = "prod"), 'has no context "prod" (it has: test)'],
    ["no context", (c) => delete c["current-context"], "names no current context"],
    ["no server", (c) => (c["clusters"][0].cluster.server = "nonsense"), "names no server"],
  ])("refused with words: %s", async (_, change, words) => expect(await refusal(accessIn({ from: "k", text: config(change) }, none))).toContain(words));
  test("a file that is no kubeconfig is not shown", async () => {
    const told = await refusal(accessIn({ from: "k", text: "token: [hunter2" }, none));
    expect(told).toContain("input: the kubeconfig k is no kubeconfig");
    expect(told).not.toContain("hunter2");
  });
  test("files are read beside it; a client certificate does as well as a token", async () => {
    const text = config((c) => {
      c["users"][0].user = { "client-certificate": "me.crt", "client-key": "/keys/me.key" };
      c["clusters"][0].cluster = { server: "https://api.home:16443/k8s/", "certificate-authority": "ca.crt", "tls-server-name": "kubernetes" };
    });
    const access = await accessIn({ from: "/etc/kube/config", text }, async (path) => `text of ${path}`);
    expect(access).toEqual({
      host: "api.home",
      port: 16443,
      prefix: "/k8s",
      serverName: "kubernetes",
      ca: "text of /etc/kube/ca.crt",
      cert: "text of /etc/kube/me.crt",
      key: "text of /keys/me.key",
    });
  });
  test.each<readonly [string, (cluster: Body) => void]>([
    ["no authority that signed it", (cluster) => delete cluster["certificate-authority-data"]],
    ["a name that is not in it", (cluster) => (cluster["tls-server-name"] = "kubernetes.default")],
  ])("sec/19 a certificate with %s is refused before anything is sent", async (_, change) => {
    const value = JSON.parse(on.double.kubeconfig) as Body;
    change(value["clusters"][0].cluster);
    const endpoint = driver(async () => JSON.stringify(value)).of(aHost, () => Promise.reject(new Error("no shell")));
    expect(await refusal(endpoint.reader.look(on.cluster, nameOf(settings())))).toContain("trust: the certificate of the cluster is not trusted");
    expect(on.double.requests).toEqual([]);
  });
  test("a login that is refused is read once more: the node may have joined a cluster since", async () => {
    let reads = 0;
    const endpoint = driver(async () => (reads++ === 0 ? kubeconfigOf(on.double.port, "old") : on.double.kubeconfig)).of(aHost, () =>
      Promise.reject(new Error("no shell")),
    );
    expect(await endpoint.reader.look(on.cluster, nameOf(settings()))).toEqual({ seen: "absent" });
    expect(reads).toBe(2);
  });
  test("and refused for good when it is again", async () => {
    const endpoint = driver(async () => kubeconfigOf(on.double.port, "old")).of(aHost, () => Promise.reject(new Error("no shell")));
    expect(await refusal(endpoint.reader.look(on.cluster, nameOf(settings())))).toContain(
      "privilege: looking at ConfigMap settings in the cluster: Unauthorized",
    );
  });
  test("a twin reaches no cluster from this machine", async () => {
    const twin = { ...aHost, login: { ...aHost.login, twin: "t" } } as Host;
    const endpoint = driver(async () => on.double.kubeconfig).of(twin, () => Promise.reject(new Error("no shell")));
    expect(await refusal(endpoint.reader.look(on.cluster, nameOf(settings())))).toContain("is a twin");
    expect(on.double.requests).toEqual([]);
  });
});

describe("a server that accepts and stays silent", () => {
  test.each(["here", "host"] as const)("is no server to ask, and that in time: %s", async (through) => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket.resume()));
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    const { port } = silent.address() as AddressInfo;
    const endpoints = driver(async () => kubeconfigOf(port, "t"), { connectTimeoutMs: 200 });
    const endpoint = endpoints.of(aHost, async () => sessionWith(undefined, port));
    expect(await endpoint.reader.look({ ...on.cluster, through }, nameOf(settings()))).toEqual({
      seen: "nothing",
      because: expect.stringMatching(/^what answers for the cluster( of kube501)? spoke no TLS within 0\.2 s$/),
    });
    await endpoints.close();
    for (const socket of sockets) if (!socket.closed) await once(socket, "close");
    silent.close();
  });
});

describe("through a node", () => {
  const through = { kubeconfig: "/var/snap/microk8s/current/credentials/client.config", through: "host" } as const;
  test("its kubeconfig, and the port on its loopback under the name that the kubeconfig has", async () => {
    const config = JSON.parse(on.double.kubeconfig) as Body;
    config["clusters"][0].cluster.server = `https://localhost:16443`;
    const dialled: unknown[] = [];
    const session = sessionWith(JSON.stringify(config), on.double.port);
    const dial = (to: { readonly port: number }) => {
      dialled.push(to);
      return session.dial(to);
    };
    const watched = { ...session, dial } as typeof session;
    const endpoint = driver(async () => "").of(aHost, async () => watched);
    expect(await endpoint.reader.look(through, nameOf(settings()))).toEqual({ seen: "absent" });
    expect([...new Set(dialled.map((one) => JSON.stringify(one)))]).toEqual(['{"port":16443}']);
  });
  test("that has no kubeconfig yet is no error: it waits for the cluster, and is asked again", async () => {
    let file: string | undefined;
    const endpoint = driver(async () => "").of(aHost, async () => sessionWith(file, on.double.port));
    expect(await endpoint.reader.look(through, nameOf(settings()))).toEqual({ seen: "nothing", because: `there is no ${through.kubeconfig} on kube501` });
    file = on.double.kubeconfig;
    expect(await endpoint.reader.look(through, nameOf(settings()))).toEqual({ seen: "absent" });
  });
});
