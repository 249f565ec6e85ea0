// Looking at objects, applying and comparing them over the double: what the tests of the kind share.
import { afterEach, beforeEach, expect } from "vitest";
import { sha256 } from "../../src/lib/hash.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Ahead, Change, Found } from "../../src/model/kind.ts";
import type { Api, StepResult } from "../../src/model/step.ts";
import { isSecretRef } from "../../src/model/text.ts";
import type { K8sObject } from "../../src/resources/k8s-object/desired.ts";
import type { K8sActual } from "../../src/resources/k8s-object/probe.ts";
import { type K8sObjectOptions, k8sObject, k8sObjectKind as kind } from "../../src/resources/k8s-object.ts";
import type { Body } from "./json.ts";
import { type Reached, reach } from "./reach.ts";

/** The secrets of these tests; the kubeconfig is one more. */
export const secrets: Record<string, string> = { password: "hunter2" };

/** The API server of the test that runs. */
export let on: Reached;

/** One of its own for each test, whose controllers make ready what is applied. */
export function useReach(): void {
  beforeEach(async () => {
    on = await reach(secrets);
    on.double.onApply = running;
  });
  afterEach(() => {
    secrets["password"] = "hunter2";
    return on.stop();
  });
}

/** The controllers of the double: what is applied is ready at once. */
export function running(object: Body): void {
  if (object["kind"] === "Deployment") {
    const { replicas } = object["spec"];
    object["status"] = {
      observedGeneration: object["metadata"].generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
  }
  if (object["kind"] === "CustomResourceDefinition") object["status"] = { conditions: [{ type: "Established", status: "True" }] };
  if (object["kind"] === "PersistentVolumeClaim") object["status"] = { phase: "Bound" };
}

const reveal = (piece: unknown): string => (isSecretRef(piece) ? (secrets[piece.secret] ?? "") : "");
export const ahead: Ahead = {
  changing: new Set<string>(),
  digest: (text) => sha256(text.map((piece) => (typeof piece === "string" ? piece : reveal(piece))).join("")),
};

/** What a plan says of each object that is made. */
export const mark = 'metadata.annotations[hlx.io/managed-by]: null → "hlx"';
export const ready = "ready: false → true";

export const settings = (data: Body = { a: "1" }, metadata: { readonly name?: string; readonly namespace?: string } & Body = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "default", ...metadata },
  data,
});
export const container = (more: Body = {}): Body => ({
  name: "web",
  image: "nginx:1.27",
  ports: [{ containerPort: 80 }],
  resources: { limits: { memory: "1024Mi" } },
  ...more,
});
export const web = (spec: Body = {}, containers: readonly Body[] = [container()]) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: { containers } }, ...spec },
});

/** The same with other labels, by which it would have other pods: what a Deployment cannot become. */
export const relabelled = (app: string): Body =>
  web({ selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: { containers: [container()] } } });

export const scaled = (replicas: number): Body => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: { replicas },
});

export interface Look {
  readonly found: Found<K8sActual>;
  readonly changes: readonly Change[];
  readonly steps: readonly Api[];
}

export interface Desk {
  wanted(object: Body, more?: Partial<K8sObjectOptions>): K8sObject;
  /** Twice, and the same both times. */
  look(desired: K8sObject): Promise<Look>;
  run(steps: readonly Api[]): Promise<readonly StepResult[]>;
  /** Applies, expects that all was done and nothing is left; the changes, as words. */
  converge(desired: K8sObject): Promise<readonly string[]>;
  /** The error of the plan, with its hint. */
  problem(desired: K8sObject): Promise<string>;
}

export function deskAt(on: () => Pick<Reached, "cluster" | "endpoint">): Desk {
  const look = async (desired: K8sObject): Promise<Look> => {
    expect(validateValue(desired, kind.schema, () => undefined, "object")).toEqual([]);
    const found = await kind.probe(desired, { kubernetes: on().endpoint.reader });
    expect(await kind.probe(desired, { kubernetes: on().endpoint.reader })).toEqual(found);
    if (found.found !== "present" && found.found !== "absent") return { found, changes: [], steps: [] };
    const changes = kind.diff(desired, found, ahead);
    return { found, changes, steps: kind.steps(desired, found, { changes, now: new Date(0) }) as readonly Api[] };
  };
  const run = async (steps: readonly Api[]): Promise<readonly StepResult[]> => {
    const results: StepResult[] = [];
    for (const step of steps) if (results.every(({ result }) => result === "done")) results.push(await on().endpoint.call(step, { reveal }));
    return results;
  };
  return {
    look,
    run,
    wanted: (object, more = {}) => k8sObject({ cluster: on().cluster, object, ...more }).desired,
    converge: async (desired) => {
      const { found, changes, steps } = await look(desired);
      if (found.found === "unknown") throw new Error(found.because.message);
      expect(await run(steps)).toEqual(steps.map(() => expect.objectContaining({ result: "done" })));
      expect((await look(desired)).changes).toEqual([]);
      return changes.map(words);
    },
    problem: async (desired) => {
      const { found } = await look(desired);
      return found.found === "unknown" ? `${found.because.message} (${found.because.hint})` : JSON.stringify(found);
    },
  };
}

export function words({ property, before, after, risk, note }: Change): string {
  const [from, to] = [before, after].map((shown) => ("hidden" in shown ? `(${shown.hidden})` : JSON.stringify(shown.value)));
  return `${property}: ${from} → ${to}${risk === "none" ? "" : ` (${risk})`}${note === undefined ? "" : ` [${note}]`}`;
}
