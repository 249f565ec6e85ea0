// A cluster's API through the SSH connection of its node: the kubeconfig read there, TLS over a forwarded or a relayed stream.
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectSsh } from "../../../src/connections/ssh/transport.ts";
import type { Endpoint } from "../../../src/model/ports/endpoint.ts";
import type { KubernetesCluster } from "../../../src/model/ports/kubernetes.ts";
import { deskAt, running, web } from "../../kubernetes/desk.ts";
import { type Double, kubernetesDouble } from "../../kubernetes/double.ts";
import { aHost, driver } from "../../kubernetes/reach.ts";
import { knownHosts, options, targetOn } from "../ssh/helpers.ts";
import { folder, keygen, publicKey, type Sshd, startSshd } from "../ssh/sshd.ts";
import { freshHost, sessionOn } from "./host.ts";

const home = folder();
const key = keygen(join(home, "key"));
const cluster: KubernetesCluster = { kubeconfig: join(home, "client config"), through: "host" };
let double: Double;
let sshd: Readonly<Record<"forwarded" | "relayed", Sshd>>;

beforeAll(async () => {
  double = await kubernetesDouble();
  double.onApply = running;
  writeFileSync(String(cluster.kubeconfig), double.kubeconfig);
  chmodSync(String(cluster.kubeconfig), 0o600);
  const [forwarded, relayed] = await Promise.all([
    startSshd({ authorized: [publicKey(key)] }),
    startSshd({ authorized: [publicKey(key)], config: ["DisableForwarding yes"] }),
  ]);
  sshd = { forwarded, relayed };
});
afterAll(() => {
  double.stop();
  for (const one of Object.values(sshd)) one.stop();
});

async function through(how: keyof typeof sshd): Promise<{ readonly endpoint: Endpoint<"kubernetes">; close(): Promise<void> }> {
  const known = knownHosts(home, sshd[how].lines);
  const connecting = () => connectSsh(targetOn(sshd[how].port, { knownHosts: [known], keyFiles: [key] }), options());
  const session = await sessionOn(freshHost(), { connect: connecting });
  const endpoints = driver(async () => "");
  return { endpoint: endpoints.of(aHost, async () => session), close: () => endpoints.close().then(() => session.close()) };
}

describe.each(["forwarded", "relayed"] as const)("%s", (how) => {
  test("objects are planned at once, applied, and as desired then", async () => {
    const { endpoint, close } = await through(how);
    const { wanted, look, converge } = deskAt(() => ({ cluster, endpoint }));
    const named = (name: string) => wanted({ ...web(), metadata: { name: `${how}-${name}`, namespace: "default" } });
    const looks = await Promise.all([..."abcdefghijklmnop"].map((name) => look(named(name))));
    expect(looks.map(({ found }) => found.found)).toEqual(looks.map(() => "absent"));
    expect(await converge(named("a"))).toContain("ready: false → true");
    await close();
  });
  test("a node without that kubeconfig, and a port where nobody listens, wait for the cluster", async () => {
    const { endpoint, close } = await through(how);
    const name = { apiVersion: "v1", kind: "Namespace", name: "x" };
    expect(await endpoint.reader.look({ ...cluster, kubeconfig: join(home, "none") }, name)).toMatchObject({
      seen: "nothing",
      because: expect.stringMatching(/^there is no .*none on kube501$/),
    });
    writeFileSync(join(home, "dead"), double.kubeconfig.replace(`:${double.port}`, ":1"));
    expect(await endpoint.reader.look({ ...cluster, kubeconfig: join(home, "dead") }, name)).toMatchObject({
      seen: "nothing",
      because: expect.stringContaining("reaching port 1 on reef"),
    });
    await close();
  });
});
