// Whose fields are whose: names of fields as the API server has them, and what a kubectl apply on the client's side owned.
import { describe, expect, test } from "vitest";
import { fieldsOf, isWithin } from "../../src/resources/k8s-object/fields.ts";
import { formerFields } from "../../src/resources/k8s-object/owners.ts";

describe("a field that the server names", () => {
  const server = '.spec.template.spec.containers[name="web"].image';
  test.each([
    [server, true],
    ['.spec.template.spec.containers[name="web"]', true],
    [".spec.template.spec.containers", true],
    [".spec.template", true],
    [".spec.temp", false],
    ['.spec.template.spec.containers[name="we"]', false],
    ['.spec.template.spec.containers[name="web"].imagePullPolicy', false],
    [".spec.template.spec.initContainers", false],
  ])("%s stands for the image of the container: %s", (name, stands) => expect(isWithin({ server }, name)).toBe(stands));
});

describe("what kubectl apply owned", () => {
  const fieldsV1 = { "f:spec": { "f:replicas": {}, "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {} } } } } } };
  const entry = { manager: "kubectl-client-side-apply", operation: "Update", fieldsV1 };
  const formerOf = (...managedFields: readonly object[]) => formerFields({ metadata: { managedFields } });
  test("is named as the server names it", () => expect(formerOf(entry)).toEqual([".spec.replicas", '.spec.template.spec.containers[name="web"].image']));
  test.each<readonly [string, object]>([
    ["set by way of a subresource", { ...entry, subresource: "scale" }],
    ["applied on the server's side", { ...entry, operation: "Apply" }],
    ["of another manager", { ...entry, manager: "kube-controller-manager" }],
    ["that is garbled", { ...entry, fieldsV1: "f:spec" }],
  ])("is nothing %s", (_, other) => expect(formerOf(other)).toEqual([]));
});

test("items of lists are told apart by their keys, and where they have none by their place", () => {
  const object = { spec: { ports: [{ port: 80 }, { port: 80, protocol: "UDP" }], rules: [{ host: "a" }, { host: "b" }], args: ["x"], empty: {} } };
  expect(fieldsOf(object).map(({ path, at }) => `${path} ${at}`)).toEqual([
    "spec.ports[80].port /spec/ports/0/port",
    "spec.ports[80/UDP].port /spec/ports/1/port",
    "spec.ports[80/UDP].protocol /spec/ports/1/protocol",
    "spec.rules[0].host /spec/rules/0/host",
    "spec.rules[1].host /spec/rules/1/host",
    "spec.args /spec/args",
    "spec.empty /spec/empty",
  ]);
});
