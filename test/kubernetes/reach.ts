// The driver before the double: what tests of the port, the kind and the role share. With KUBECONFIG set, tests that can use a real server do.
import { connect } from "node:net";
import { kubernetes } from "../../src/connections/kubernetes.ts";
import type { Host } from "../../src/model/host.ts";
import type { Endpoint, Endpoints } from "../../src/model/ports/endpoint.ts";
import type { KubernetesCall, KubernetesCluster, ObjectName } from "../../src/model/ports/kubernetes.ts";
import type { Session } from "../../src/model/ports/shell.ts";
import type { Api, StepResult } from "../../src/model/step.ts";
import { isSecretRef } from "../../src/model/text.ts";
import { type Double, kubernetesDouble } from "./double.ts";

export interface Reached {
  readonly double: Double;
  readonly cluster: KubernetesCluster;
  readonly endpoint: Endpoint<"kubernetes">;
  readonly endpoints: Endpoints<"kubernetes">;
  call(method: string, body: KubernetesCall, more?: Partial<Api>): Promise<StepResult>;
  readonly told: string[];
  stop(): Promise<void>;
}

/** `secrets` beside the kubeconfig, which is the secret "kube". */
export async function reach(secrets: Readonly<Record<string, string>> = {}): Promise<Reached> {
  const double = await kubernetesDouble();
  const cluster: KubernetesCluster = { kubeconfig: { secret: "kube" }, through: "here" };
  const all: Readonly<Record<string, string>> = { ...secrets, kube: double.kubeconfig };
  const endpoints = driver(async (name) => all[name] ?? "");
  const endpoint = endpoints.of(aHost, () => Promise.reject(new Error("no shell is needed")));
  const told: string[] = [];
  const reveal = (piece: unknown): string => (isSecretRef(piece) ? (all[piece.secret] ?? "") : "");
  return {
    double,
    cluster,
    endpoint,
    endpoints,
    told,
    call: (method, body, more = {}) =>
      endpoint.call(
        { do: "api", via: "kubernetes", to: cluster, title: `${method.toLowerCase()} ${body.name.name}`, method, path: "", body, ...more },
        { reveal, onOutput: (line) => void told.push(line) },
      ),
    stop: async () => {
      await endpoints.close();
      double.stop();
    },
  };
}

export function driver(secret: (name: string) => Promise<string>, connect: object = {}): Endpoints<"kubernetes"> {
  return kubernetes.start({ connect: { home: "/nowhere", ...connect } as never, secret });
}

/** A session that has one file and dials one port, whatever is asked for. */
export function sessionWith(file: string | undefined, port: number): Session {
  const dial = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => resolve(socket));
      socket.on("error", reject);
    });
  return { dial, shell: { ask: async () => file } } as unknown as Session;
}

export const aHost = { name: "kube501", login: { connection: "ssh", address: "x", become: true } } as Host;

export function nameOf({ apiVersion, kind, metadata }: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }): ObjectName {
  return { apiVersion, kind, ...metadata };
}
