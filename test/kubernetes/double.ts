// A Kubernetes API that stands in for a cluster in tests: server-side apply as platforms say that a real one answers, wrong-looking answers included.
// It covers: discovery, GET, lists of pods by label, PATCH apply (field managers, conflicts, force, dryRun=All, fieldValidation=Strict for the fields of `schemas`),
// requests that do not fit their address, DELETE with a uid precondition, finalizers, and what goes along, defaults of a few fields, immutable fields, missing namespaces and CRDs, custom kinds once their CRD is there,
// view-only logins, webhooks that fail, busy answers.
// It does not cover: watches, other patch types but one, subresources, scheduling and controllers (a test moves `status` itself), RBAC by resource, admission, quotas, conversion,
// OpenAPI validation beyond `schemas`, merge keys beyond `keysOf`, managedFields as a real server spells them (one entry a manager, paths as text), and the speed of a real server.
// With KUBECONFIG set the tests that say so run against that server instead: see real.ts.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { certificate, key } from "../secrets/tls.ts";
import { applied, ownersIn, type Stored } from "./double-apply.ts";
import { builtIn, defaulted, goesWith, type Known, listedAs, refusedBySchema } from "./double-kinds.ts";
import { refusedData, refusedRequest, wrongIn } from "./double-refuses.ts";
import { conflict, failure, immutable, missing, notFound, plain404, type Reply } from "./double-replies.ts";
import type { Body } from "./json.ts";

export interface Double {
  readonly port: number;
  readonly kubeconfig: string;
  readonly token: string;
  /** `apps/v1 Deployment homelab/web`. */
  readonly objects: Map<string, Stored>;
  /** "PATCH apps/v1 Deployment homelab/web", in order; dry runs and reads are left out. */
  readonly writes: string[];
  /** All requests, with their method and path. */
  readonly requests: string[];
  readonly kinds: Known[];
  /** The login may look and nothing else. */
  viewOnly: boolean;
  /** The next so many requests are answered 429. */
  busy: number;
  /** Applies are done, and the connection is cut before the answer. */
  dropAnswers: boolean;
  /** How long a definition's kind is not listed yet, though it is established. */
  lagMs: number;
  /** What a webhook answers to every apply. */
  webhook: string | undefined;
  /** Called after an apply that was kept: controllers do their part here. */
  onApply: (object: Body) => void;
  put(object: Body, manager?: string): void;
  get(key: string): Body | undefined;
  stop(): void;
}

export async function kubernetesDouble(): Promise<Double> {
  const double = {
    token: "not-a-real-token",
    objects: new Map<string, Stored>(),
    writes: [],
    requests: [],
    kinds: [...builtIn],
    viewOnly: false,
    busy: 0,
    lagMs: 0,
    dropAnswers: false,
    webhook: undefined,
    onApply: () => undefined,
    put: (object: Body, manager = "kubectl") => void apply(double, object, { manager, force: true, dryRun: false, strict: false }),
    get: (name: string) => double.objects.get(name)?.object,
  } as unknown as Double;
  const server = createServer({ key, cert: certificate }, (request, response) => void answer(request, response, double));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as AddressInfo).port;
  for (const name of ["default", "kube-system"]) double.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  return Object.assign(double, { port, kubeconfig: kubeconfigOf(port, double.token), stop: () => stopAll(server) });
}

/** A kubeconfig for 127.0.0.1 with a token. */
export function kubeconfigOf(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "double", user: "admin" } }],
    clusters: [{ name: "double", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority-data": Buffer.from(certificate).toString("base64") } }],
    users: [{ name: "admin", user: { token } }],
  });
}

export function keyOf(object: Body): string {
  const { name, namespace } = object["metadata"];
  return `${object["apiVersion"]} ${object["kind"]} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function stopAll(server: Server): void {
  server.closeAllConnections();
  server.close();
}

async function answer(request: IncomingMessage, response: ServerResponse, double: Double): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const url = new URL(request.url ?? "/", "https://k8s");
  const method = request.method ?? "GET";
  double.requests.push(`${method} ${url.pathname}${url.search}`);
  if (request.headers.authorization !== `Bearer ${double.token}`)
    return send(response, failure({ code: 401, reason: "Unauthorized", message: "Unauthorized" }));
  if (double.busy > 0) {
    double.busy -= 1;
    return send(response, {
      ...failure({ code: 429, reason: "TooManyRequests", message: "the server has received too many requests and has asked us to try again later" }),
      retryAfter: "0.05",
    });
  }
  const reply = route({ method, url, type: request.headers["content-type"] ?? "", body: text === "" ? {} : JSON.parse(text) }, double);
  if (method === "PATCH" && double.dropAnswers && url.searchParams.get("dryRun") === null) return void request.socket.destroy();
  send(response, reply);
}

function send(response: ServerResponse, { status, body, text, retryAfter }: Reply): void {
  const headers = { "content-type": text === undefined ? "application/json" : "text/plain; charset=utf-8", ...(retryAfter && { "retry-after": retryAfter }) };
  response.writeHead(status, headers).end(text ?? JSON.stringify(body));
}

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly type: string;
  readonly body: Body;
}

function route(call: Call, double: Double): Reply {
  const [, core, group, version, rest = ""] = /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(\/.*)?$/.exec(call.url.pathname) ?? [];
  const apiVersion = core ?? (group === undefined ? undefined : `${group}/${version}`);
  const kinds = double.kinds.filter((one) => one.apiVersion === apiVersion);
  if (apiVersion === undefined || kinds.length === 0) return plain404;
  if (rest === "") return { status: 200, body: { kind: "APIResourceList", resources: kinds.flatMap(listedAs) } };
  const inside = /^\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(rest);
  const outside = /^\/([^/]+)(?:\/([^/]+))?$/.exec(rest);
  const [namespace, plural, name] = inside === null ? [undefined, outside?.[1], outside?.[2]] : inside.slice(1).map((part) => part && decodeURIComponent(part));
  const known = kinds.find((one) => one.plural === plural && one.namespaced === (namespace !== undefined));
  if (known === undefined) return plain404;
  return name === undefined ? listed(call, double, { known, namespace }) : onObject(call, double, { known, namespace, name });
}

interface At {
  readonly known: Known;
  readonly namespace: string | undefined;
  readonly name: string;
}

function listed({ url }: Call, { objects }: Double, { known, namespace }: Omit<At, "name">): Reply {
  const wanted = (url.searchParams.get("labelSelector") ?? "").split(",").filter((part) => part !== "");
  const labels = (object: Body): readonly string[] => Object.entries(object["metadata"].labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const items = [...objects.values()]
    .map(({ object }) => object)
    .filter((one) => one["kind"] === known.kind && one["apiVersion"] === known.apiVersion && one["metadata"].namespace === namespace)
    .filter((one) => wanted.every((part) => labels(one).includes(part)));
  return { status: 200, body: { kind: `${known.kind}List`, items } };
}

function onObject(call: Call, double: Double, at: At): Reply {
  const { known, namespace, name } = at;
  const id = `${known.apiVersion} ${known.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const found = double.objects.get(id);
  if (call.method === "GET") return found === undefined ? notFound(known, name) : { status: 200, body: found.object };
  if (double.viewOnly) {
    const verb = call.method === "PATCH" ? "patch" : "delete";
    const message = `${known.plural} "${name}" is forbidden: User "view" cannot ${verb} resource "${known.plural}" in API group "${groupOf(known)}"${namespace === undefined ? " at the cluster scope" : ` in the namespace "${namespace}"`}`;
    return failure({ code: 403, reason: "Forbidden", message, details: { name, kind: known.plural } });
  }
  return call.method === "DELETE" ? removed(call, double, { id, found, at }) : patched(call, double, at);
}

function groupOf({ apiVersion }: Known): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

function removed({ body }: Call, double: Double, { id, found, at }: { id: string; found: Stored | undefined; at: At }): Reply {
  if (found === undefined) return notFound(at.known, at.name);
  const uid = body["preconditions"]?.uid;
  const has = found.object["metadata"].uid;
  if (uid !== undefined && uid !== has)
    return conflict(
      at.known,
      at.name,
      `Operation cannot be fulfilled on ${at.known.plural} "${at.name}": the UID in the precondition (${uid}) does not match the UID in record (${has}). The object might have been deleted and then recreated`,
    );
  double.writes.push(`DELETE ${id}`);
  if ((found.object["metadata"].finalizers ?? []).length > 0) found.object["metadata"].deletionTimestamp = "2026-11-21T12:00:00Z";
  else takeAway(double, found.object);
  return { status: 200, body: found.object };
}

// With a namespace goes what is in it, with a definition every object of its kind.
function takeAway(double: Double, object: Body): void {
  double.objects.delete(keyOf(object));
  const { kind, spec } = object;
  for (const [key, stored] of [...double.objects]) if (goesWith(object, stored.object)) double.objects.delete(key);
  if (kind !== "CustomResourceDefinition") return;
  const left = double.kinds.filter((one) => one.kind !== spec.names.kind || !one.apiVersion.startsWith(`${spec.group}/`));
  double.kinds.splice(0, double.kinds.length, ...left);
}

function patched({ url, type, body }: Call, double: Double, { known, namespace, name }: At): Reply {
  if (type === "application/json-patch+json") return renamed(body as never, double, { known, namespace, name });
  if (type !== "application/apply-patch+yaml")
    return failure({ code: 415, reason: "UnsupportedMediaType", message: "the body of the request was in an unknown format" });
  const options = {
    manager: url.searchParams.get("fieldManager") ?? "",
    force: url.searchParams.get("force") === "true",
    dryRun: url.searchParams.get("dryRun") === "All",
    strict: url.searchParams.get("fieldValidation") === "Strict",
  };
  const refused = refusedRequest({ known, namespace, name, body, manager: options.manager });
  if (refused !== undefined) return refused;
  const object = { ...body, metadata: { ...body["metadata"], name, ...(namespace === undefined ? {} : { namespace }) } };
  if (known.namespaced && !double.objects.has(`v1 Namespace ${namespace}`)) return missing("namespaces", namespace ?? "");
  if (double.webhook !== undefined)
    return failure({ code: double.webhook.includes("does not support dry run") ? 400 : 500, reason: "InternalError", message: double.webhook });
  const reply = apply(double, object, options);
  if (reply.status < 300 && !options.dryRun) double.writes.push(`PATCH ${keyOf(object)}`);
  return reply;
}

// Of JSON patches it knows the one that changes who owns fields, as long as the object is the one that was read.
function renamed(patch: readonly Body[], double: Double, { known, namespace, name }: At): Reply {
  const id = `${known.apiVersion} ${known.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const found = double.objects.get(id);
  const [fields, version] = ["/metadata/managedFields", "/metadata/resourceVersion"].map((path) => patch.find((one) => one["path"] === path)?.["value"]);
  if (found === undefined) return notFound(known, name);
  if (version !== found.object["metadata"].resourceVersion)
    return conflict(
      known,
      name,
      `Operation cannot be fulfilled on ${known.plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    );
  double.writes.push(`JSON PATCH ${id}`);
  keep(double, { object: structuredClone(found.object), owned: ownersIn(fields) }, found);
  return { status: 200, body: found.object };
}

interface Applying {
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly strict: boolean;
}

function apply(double: Double, object: Body, { manager, force, dryRun, strict }: Applying): Reply {
  const id = keyOf(object);
  const before = double.objects.get(id);
  const known = double.kinds.find((one) => one.apiVersion === object["apiVersion"] && one.kind === object["kind"]);
  if (known === undefined) throw new Error(`the double does not know ${id}`);
  const wrong = strict ? refusedBySchema(object) : undefined;
  if (wrong !== undefined) return failure({ code: 500, reason: "InternalError", message: wrong });
  const { name, uid } = object["metadata"];
  if (uid !== undefined && before === undefined)
    return conflict(
      known,
      name,
      `Operation cannot be fulfilled on ${known.plural} "${name}": uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  if (uid !== undefined && before?.object["metadata"].uid !== uid)
    return immutable(known, name, [{ field: "metadata.uid", message: `Invalid value: "${uid}": field is immutable` }]);
  const answer = applied(before, object, { manager, force });
  if ("conflicts" in answer) return conflict(known, name, answer.conflicts);
  const object2 = defaulted(answer.stored.object);
  const odd = strict ? refusedData(known, object2) : undefined;
  if (odd !== undefined) return odd;
  // All that is wrong is told at once: what cannot change beside what may not be at all.
  const causes = [...(strict ? wrongIn(object2) : []), ...(before === undefined ? [] : (known.fixed?.(before.object, object2) ?? []))];
  if (causes.length > 0) return immutable(known, name, causes);
  if (!dryRun) keep(double, { ...answer.stored, object: object2 }, before);
  return { status: before === undefined ? 201 : 200, body: object2 };
}

let serial = 0;

function keep(double: Double, stored: Stored, before: Stored | undefined): void {
  const { object } = stored;
  const changed = before === undefined || JSON.stringify(withoutVolatile(before.object)) !== JSON.stringify(withoutVolatile(object));
  const meta = object["metadata"];
  meta.uid ??= `uid-${++serial}`;
  if (changed) meta.resourceVersion = String(++serial);
  if (object["spec"] !== undefined && changed) meta.generation = (meta.generation ?? 0) + 1;
  double.objects.set(keyOf(object), stored);
  if (object["kind"] === "CustomResourceDefinition") serve(double, object);
  double.onApply(object);
}

function withoutVolatile({ metadata, ...rest }: Body): Body {
  const { resourceVersion: _, generation: __, managedFields: ___, ...meta } = metadata;
  return { ...rest, metadata: meta };
}

function serve(double: Double, { spec }: Body): void {
  for (const { name } of spec.versions) {
    const known: Known = { apiVersion: `${spec.group}/${name}`, kind: spec.names.kind, plural: spec.names.plural, namespaced: spec.scope === "Namespaced" };
    if (double.kinds.some((one) => one.apiVersion === known.apiVersion && one.kind === known.kind)) continue;
    if (double.lagMs === 0) double.kinds.push(known);
    else setTimeout(() => double.kinds.push(known), double.lagMs);
  }
}
