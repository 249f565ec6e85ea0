// The port "kubernetes": a cluster's API, through the connection of one of its nodes or directly. One client a way in and run.
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Host } from "../model/host.ts";
import type { Endpoint, EndpointDriver, EndpointRun, Endpoints } from "../model/ports/endpoint.ts";
import type { KubernetesCall, KubernetesCluster, KubernetesReader, ObjectSeen } from "../model/ports/kubernetes.ts";
import type { Session, WriteOptions } from "../model/ports/shell.ts";
import { ProblemError, problemOf } from "../model/problem.ts";
import type { Api as ApiStep, StepResult } from "../model/step.ts";
import type { SecretRef } from "../model/text.ts";
import { apply, remove, wait } from "./kubernetes/calls.ts";
import { openClient } from "./kubernetes/client.ts";
import { hostFile, ownFile } from "./kubernetes/files.ts";
import { type Access, accessIn } from "./kubernetes/kubeconfig.ts";
import { type Api, look } from "./kubernetes/look.ts";
import { placesOf } from "./kubernetes/places.ts";

const requestMs = 60_000;
const connectMs = 10_000;
/** Each has a stream of its own; more do not make a plan faster (300 objects: 0.4 s). */
const atOnce = 8;

export const kubernetes: EndpointDriver<"kubernetes"> = { port: "kubernetes", start };

function start(run: EndpointRun): Endpoints<"kubernetes"> {
  const known = new Map<string, Clusters>();
  const of = (host: Host, session: () => Promise<Session>): Endpoint<"kubernetes"> => {
    const clusters = known.get(host.name) ?? new Clusters(host, { run, session });
    known.set(host.name, clusters);
    return endpointOf(clusters);
  };
  return { of, close: async () => void (await Promise.allSettled([...known.values()].map((one) => one.close()))) };
}

function endpointOf(clusters: Clusters): Endpoint<"kubernetes"> {
  const reader: KubernetesReader = {
    look: (cluster, name, wanted) =>
      clusters.use(cluster, (api) => look(api, name, wanted === undefined ? undefined : { text: wanted, reveal: (piece) => clusters.reveal(piece) })),
  };
  return { reader, call: (step, options) => call(clusters, step, options), requests: () => clusters.requests() };
}

async function call(clusters: Clusters, step: ApiStep, options: WriteOptions): Promise<StepResult> {
  const api = await clusters.at(step.to as KubernetesCluster);
  if ("seen" in api) return { result: "failed", output: "", exitStatus: -1, because: `${step.title}: ${api.because}` };
  const calling = { api, title: step.title, deadlineMs: step.deadlineMs, options };
  const body = step.body as KubernetesCall;
  if (step.method === "PATCH") return apply(body, calling);
  return step.method === "DELETE" ? remove(body, calling) : wait(body, calling);
}

interface Means {
  readonly run: EndpointRun;
  readonly session: () => Promise<Session>;
}

type Nothing = Extract<ObjectSeen, { seen: "nothing" }>;

/** The clusters that one host is a way to. */
class Clusters {
  readonly #host: Host;
  readonly #means: Means;
  readonly #open = new Map<string, Promise<Api | Nothing>>();
  #counts = 0;

  constructor(host: Host, means: Means) {
    [this.#host, this.#means] = [host, means];
  }

  /** The same client for the same way in; what is not there is looked for again. */
  at(cluster: KubernetesCluster): Promise<Api | Nothing> {
    const key = keyOf(cluster);
    const opened = this.#open.get(key) ?? this.#enter(cluster);
    this.#open.set(key, opened);
    const forget = (): void => void (this.#open.get(key) === opened && this.#open.delete(key));
    opened.then((api) => "seen" in api && forget(), forget);
    return opened;
  }

  /** A node that joined a cluster since has another kubeconfig: one that is refused is read once more. */
  async use(cluster: KubernetesCluster, ask: (api: Api) => Promise<ObjectSeen>): Promise<ObjectSeen> {
    const api = await this.at(cluster);
    if ("seen" in api) return api;
    try {
      return await ask(api);
    } catch (thrown) {
      if (!(thrown instanceof ProblemError) || !["privilege", "trust"].includes(problemOf(thrown).code)) throw thrown;
      this.#open.delete(keyOf(cluster));
      const again = await this.at(cluster);
      return "seen" in again ? again : await ask(again);
    }
  }

  reveal({ secret }: SecretRef): Promise<string> {
    return this.#means.run.secret(secret);
  }

  requests(): number {
    return this.#counts;
  }

  async close(): Promise<void> {
    for (const settled of await Promise.allSettled(this.#open.values())) {
      if (settled.status === "fulfilled" && !("seen" in settled.value)) settled.value.client.close();
    }
  }

  async #enter(cluster: KubernetesCluster): Promise<Api | Nothing> {
    const where = cluster.through === "host" ? `the cluster of ${this.#host.name}` : "the cluster";
    this.#refuseTwin(cluster);
    const access = await this.#access(cluster);
    if ("seen" in access) return access;
    const { connectTimeoutMs = connectMs } = this.#means.run.connect;
    const dial = () => (cluster.through === "host" ? this.#dial(access) : direct(access, connectTimeoutMs));
    const client = openClient({ access, where, dial, atOnce, timeoutMs: requestMs, connectTimeoutMs });
    const counting = { ...client, ask: (asked: Parameters<typeof client.ask>[0]) => client.ask(asked).finally(() => this.#counts++) };
    return { client: counting, places: placesOf(counting), where };
  }

  // A rehearsal may never reach a real cluster.
  #refuseTwin({ through }: KubernetesCluster): void {
    if (this.#host.login.twin === undefined || through === "host") return;
    const message = `${this.#host.name} is a twin, and a kubeconfig of this machine may lead to a real cluster`;
    throw new ProblemError({ code: "input", message, hint: "in a rehearsal a cluster is reached through: host only" });
  }

  async #access({ kubeconfig, through, context }: KubernetesCluster): Promise<Access | Nothing> {
    const chosen = context === undefined ? {} : { context };
    const read = (path: string): Promise<string> => this.#needed(path, through);
    if (typeof kubeconfig !== "string")
      return accessIn({ from: `in the secret ${kubeconfig.secret}`, text: await this.#means.run.secret(kubeconfig.secret), ...chosen }, read);
    const text = await this.#file(kubeconfig, through);
    if (text === undefined) return { seen: "nothing", because: `there is no ${kubeconfig} on ${through === "host" ? this.#host.name : "this machine"}` };
    return accessIn({ from: kubeconfig, text, ...chosen }, read);
  }

  async #file(path: string, through: KubernetesCluster["through"]): Promise<string | undefined> {
    return through === "host" ? hostFile(await this.#means.session(), path) : ownFile(path, this.#means.run.connect.home);
  }

  async #needed(path: string, through: KubernetesCluster["through"]): Promise<string> {
    const text = await this.#file(path, through);
    if (text !== undefined) return text;
    throw new ProblemError({ code: "input", message: `there is no ${path}, which a kubeconfig of ${this.#host.name} names` });
  }

  // The kubeconfig may name a virtual address: the API server of this node listens on its loopback, too, under the same certificate.
  async #dial({ port }: Access): Promise<Duplex> {
    return (await this.#means.session()).dial({ port });
  }
}

function keyOf({ kubeconfig, through, context }: KubernetesCluster): string {
  return JSON.stringify([kubeconfig, through, context]);
}

function direct({ host, port }: Access, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    socket.once("connect", () => resolve(socket.setTimeout(0)));
    socket.once("timeout", () => socket.destroy(new Error(`no answer from ${host}:${port} within ${timeoutMs / 1000} s`)));
    socket.once("error", reject);
  });
}
