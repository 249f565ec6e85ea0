// What an API server answers is data, whatever it is: looks end with a finding or a problem, and nothing of it gets into what is sent.
import fc from "fast-check";
import { expect, test } from "vitest";
import { failureOf } from "../../src/connections/kubernetes/failure.ts";
import { readyOf } from "../../src/connections/kubernetes/ready.ts";
import type { Known } from "../../src/model/kind.ts";
import type { ObjectSeen } from "../../src/model/ports/kubernetes.ts";
import { ProblemError } from "../../src/model/problem.ts";
import { k8sObject, k8sObjectKind as kind } from "../../src/resources/k8s-object.ts";
import { ahead, web } from "./desk.ts";

const names = [
  "metadata",
  "spec",
  "status",
  "managedFields",
  "manager",
  "annotations",
  "labels",
  "containers",
  "ports",
  "template",
  "conditions",
  "type",
  "uid",
  "__proto__",
  "name",
];
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 0, -1, "", "x", "Ready", "\u001b[2J"),
    fc.array(tie("json"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.dictionary(fc.constantFrom(...names), tie("json"), { maxKeys: 5 }),
}));
const object = fc.dictionary(fc.constantFrom(...names), json, { maxKeys: 6 });
const dryRun = fc.oneof(
  fc.record({ dryRun: fc.constant("done"), object, conflicts: fc.array(fc.record({ field: fc.string(), manager: fc.string() }), { maxLength: 2 }) }),
  fc.record({ dryRun: fc.constantFrom("not allowed", "refused"), because: fc.string() }),
  fc.record({ dryRun: fc.constant("immutable"), fields: fc.array(fc.string(), { maxLength: 2 }), because: fc.string() }),
);
const seen = fc.oneof(
  fc.record({ seen: fc.constant("here"), live: object, dryRun, ready: fc.constant({ ready: true }) }),
  fc.record({ seen: fc.constant("absent"), dryRun }),
) as fc.Arbitrary<unknown> as fc.Arbitrary<ObjectSeen>;

const cluster = { kubeconfig: "/x", through: "host" } as const;
const desired = k8sObject({ cluster, object: web() }).desired;

test("a look ends with a finding or a problem, and only what is desired is sent", async () => {
  await fc.assert(
    fc.asyncProperty(seen, async (answer) => {
      try {
        const found = await kind.probe(desired, { kubernetes: { look: async () => answer } });
        if (found.found !== "present" && found.found !== "absent") return;
        const changes = kind.diff(desired, found as Known<never>, ahead);
        const steps = kind.steps(desired, found as Known<never>, { changes, now: new Date(0) });
        expect(JSON.stringify([found, changes, steps])).toBeTypeOf("string");
        expect(JSON.stringify(steps)).not.toContain("\u001b");
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ProblemError);
      }
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("x");
    }),
    { numRuns: 500 },
  );
});

test("any status is ready or not, in words; any body of a failure is a failure", () => {
  const kinds = ["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod", "Service", "PersistentVolumeClaim", "Ingress", "Thing"];
  fc.assert(
    fc.property(object, fc.constantFrom(...kinds), (live, of) => {
      const answer = readyOf({ ...live, apiVersion: of === "Pod" || of === "Service" ? "v1" : "apps/v1", kind: of });
      if (!answer.ready) expect(answer.because).toBeTypeOf("string");
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.nat(599), fc.oneof(fc.string(), fc.json()), (status, text) => {
      expect(failureOf(status, text).text).toBeTypeOf("string");
    }),
  );
});
