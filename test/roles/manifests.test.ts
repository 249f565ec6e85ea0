// The manifests role: what it reads, in which order it applies, and what it says before anything connects.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import role from "../../roles/manifests/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Claim } from "../../src/model/finding.ts";
import type { Host } from "../../src/model/host.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { InventoryView } from "../../src/model/role.ts";
import { manifestsSource } from "../../src/playbook/inputs/manifests.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { K8sObject } from "../../src/resources/k8s-object/desired.ts";
import { k8sObjectKind } from "../../src/resources/k8s-object.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hlx-manifests-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hostOf = (name: string, vars: object = {}): Host =>
  ({ name, vars, groups: [], addresses: {}, sources: {}, login: { connection: "ssh", address: "x", become: true } }) as Host;
const hosts = [hostOf("kube501"), hostOf("kube511", { labels: { disk: "ssd" } }), hostOf("kube512", { k8s_labels: "gpu=true,zone=a" })];
const inventory = { hosts: new Map(), select: () => hosts } as unknown as InventoryView;

type Files = Readonly<Record<string, string>>;

async function asked(files: Files, params: object) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const given = withDefaults(params, role.params) as never;
  expect(validateValue(given, role.params, () => undefined, "manifests")).toEqual([]);
  const looking = { roleFolder: join(folder, "no-role"), inventoryFolder: folder, fetch: () => Promise.reject(new Error("no")) };
  const wanted = Object.entries(role.inputs?.({ params: given, host: hosts[0] as Host, inventory }) ?? {});
  const inputs = Object.fromEntries(
    await Promise.all(wanted.map(async ([name, input]) => [name, await manifestsSource.resolve(input as never, looking).catch(() => "")])),
  );
  return { params: given, host: hosts[0] as Host, inventory, inputs };
}

const declared = async (files: Files, params: object = {}): Promise<readonly Resource<K8sObject>[]> => {
  const resources = role.declare({ ...(await asked(files, { paths: ["k8s"], ...params })), facts: {} as never }) as readonly Resource<K8sObject>[];
  for (const { desired, id } of resources) expect(validateValue(desired, k8sObjectKind.schema, () => undefined, id)).toEqual([]);
  return resources;
};
const ids = async (files: Files, params: object = {}): Promise<readonly string[]> =>
  (await declared(files, params)).map(({ id }) => id.replace("k8s.object:", ""));
const objects = async (files: Files, params: object = {}): Promise<readonly unknown[]> =>
  (await declared(files, params)).map(({ desired }) => JSON.parse(desired.object ?? "{}"));

/** `file:line:column: message`, the file without its folder. */
async function findings(files: Files, params: object = {}): Promise<readonly string[]> {
  const claims = role.claims?.(await asked(files, { paths: ["k8s"], ...params })) ?? [];
  const of = (claim: Claim): readonly Extract<Claim, { claim: "finding" }>[] => (claim.claim === "finding" ? [claim] : []);
  return claims
    .flatMap(of)
    .map(({ level, message, at }) => `${level} ${at === undefined ? "" : `${at.file.replace(`${folder}/`, "")}:${at.line}:${at.column}`}: ${message}`);
}

const object = (spelled: string, name: string, rest = ""): string => {
  const [kind = "", apiVersion = "v1"] = spelled.split(" ").toReversed();
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}`;
};
const deployment = (name: string, pod: string, spec = ""): string =>
  object(
    "apps/v1 Deployment",
    name,
    `spec:\n${spec}  selector: { matchLabels: { app: x } }\n  template:\n    metadata: { labels: { app: x } }\n    spec:\n${pod}`,
  );
const image = (of: string): string => `      containers: [{ name: web, image: "${of}" }]\n`;

describe("order", () => {
  test("definitions, namespaces, the rest, webhooks; within a kind, the order of the files", async () => {
    const text = [
      object("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration", "hook", ""),
      object("traefik.io/v1alpha1 Middleware", "m", ""),
      deployment("b", image("b:1")),
      deployment("a", image("a:1")),
      object("ConfigMap", "c"),
      object("Namespace", "homelab"),
      object("apiextensions.k8s.io/v1 CustomResourceDefinition", "crd", "spec: { group: traefik.io, names: { kind: Middleware }, scope: Namespaced }\n"),
    ].join("---\n");
    expect(await ids({ "k8s/all.yaml": text })).toEqual([
      "apiextensions.k8s.io/CustomResourceDefinition crd",
      "Namespace homelab",
      "ConfigMap c",
      "apps/Deployment b",
      "apps/Deployment a",
      "traefik.io/Middleware m",
      "admissionregistration.k8s.io/ValidatingWebhookConfiguration hook",
    ]);
  });
  test("a folder is all of its manifests by name, folders in it too; paths in their order", async () => {
    const files = {
      "k8s/b.yaml": object("ConfigMap", "b"),
      "k8s/a/x.yml": object("ConfigMap", "x"),
      "k8s/z.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"z"}}',
      "k8s/readme.md": "no",
      "first.yaml": object("ConfigMap", "first"),
    };
    expect(await ids(files)).toEqual(["ConfigMap x", "ConfigMap b", "ConfigMap z"]);
    expect(await ids(files, { paths: ["first.yaml", "k8s"] })).toEqual(["ConfigMap first", "ConfigMap x", "ConfigMap b", "ConfigMap z"]);
  });
  test("a List is its items, an empty document nothing", async () =>
    expect(
      await ids({
        "k8s/l.yaml": `---\n---\napiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\n`,
      }),
    ).toEqual(["ConfigMap a", "ConfigMap b"]));
});

describe("what is applied", () => {
  test("numbers, octal modes, anchors and merge keys are as kubectl reads them; a one-key map named secret is no secret", async () => {
    const text =
      "x-common: &common { a: '1' }\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { <<: *common, b: '2' }\nmode: 0644\nauth: { secret: users }\n";
    expect(await objects({ "k8s/c.yaml": text })).toMatchObject([{ data: { a: "1", b: "2" }, mode: 420, auth: { secret: "users" } }]);
  });
  test("a namespace is given to what has none and may have one", async () => {
    const text = [
      object("ConfigMap", "a"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b, namespace: other }\n",
      object("rbac.authorization.k8s.io/v1 ClusterRole", "c", ""),
      object("cert-manager.io/v1 ClusterIssuer", "d"),
    ].join("---\n");
    expect(await ids({ "k8s/a.yaml": text }, { namespace: "homelab" })).toEqual([
      "rbac.authorization.k8s.io/ClusterRole c",
      "ConfigMap homelab/a",
      "ConfigMap other/b",
      "cert-manager.io/ClusterIssuer d",
    ]);
  });
  test("replicas that an autoscaler sets are left to it", async () => {
    const hpa = object("autoscaling/v2 HorizontalPodAutoscaler", "web", "spec: { scaleTargetRef: { kind: Deployment, name: web } }\n");
    expect(await objects({ "k8s/a.yaml": `${deployment("web", image("a:1"), "  replicas: 2\n")}---\n${hpa}` })).toMatchObject([
      { spec: expect.not.objectContaining({ replicas: 2 }) },
      {},
    ]);
  });
  test("an object's own words count more than the role's", async () => {
    const text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, annotations: { hlx.io/wait: 'false', hlx.io/conflicts: take } }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\n";
    const words = (await declared({ "k8s/a.yaml": text }, { conflicts: "yield" })).map(({ desired: { wait, conflicts } }) => [wait, conflicts]);
    expect(words).toEqual([
      [false, "take"],
      [true, "yield"],
    ]);
  });
  test("!secret is filled in where it stands, and is nowhere else", async () => {
    const [resource] = await declared({
      "k8s/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData:\n  password: !secret pg.password\n  user: root\n",
    });
    expect(resource?.desired.fill).toEqual([{ at: "/data/password", value: [{ secret: "pg.password" }], base64: true }]);
    expect(JSON.parse(resource?.desired.object ?? "")).toMatchObject({ data: { password: "", user: "cm9vdA==" } });
  });
});

describe("a kustomization", () => {
  const files: Files = {
    "k8s/kustomization.yaml":
      "resources: [app.yaml, ../base]\nnamespace: homelab\nlabels: [{ pairs: { team: x }, includeTemplates: true }]\nimages: [{ name: nginx, newTag: '1.28' }]\nreplicas: [{ name: web, count: 3 }]\ncommonAnnotations: { by: me }\n",
    "k8s/app.yaml": deployment("web", image("nginx:1.27")),
    "k8s/not-named.yaml": object("ConfigMap", "not-named"),
    "base/kustomization.yml": "resources: [ns.yaml]\n",
    "base/ns.yaml": object("Namespace", "old"),
  };
  test("is what it names, with the changes that it says", async () => {
    const [namespace, web] = (await objects(files)) as readonly unknown[];
    expect(namespace).toMatchObject({ kind: "Namespace", metadata: { name: "homelab", labels: { team: "x" } } });
    expect(web).toMatchObject({
      metadata: { namespace: "homelab", labels: { team: "x" }, annotations: { by: "me" } },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "x" } },
        template: { metadata: { labels: { app: "x", team: "x" } }, spec: { containers: [{ image: "nginx:1.28" }] } },
      },
    });
  });
  test.each<readonly [string, string, string]>([
    [
      "a file that is not there, with the name that was meant",
      "resources:\n- ap.yaml\n",
      "error k8s/kustomization.yaml:2:3: the kustomization names ap.yaml: there is no such file",
    ],
    ["a place outside of the folder", "resources:\n- ../../x\n", "error k8s/kustomization.yaml:2:3: the kustomization names ../../x: "],
    ["the internet", "resources:\n- https://x/y.yaml\n", "error k8s/kustomization.yaml:2:3: https://x/y.yaml is not here, and hlx fetches no manifests"],
    ["what hlx does not do", "resources: []\nconfigMapGenerator: []\n", "error k8s/kustomization.yaml:2:1: hlx does not do kustomize's configMapGenerator"],
    [
      "labels in selectors",
      "resources: []\nlabels:\n- pairs: { a: b }\n  includeSelectors: true\n",
      "error k8s/kustomization.yaml:4:3: hlx does not add labels to selectors",
    ],
    ["itself", "resources:\n- ../k8s\n", "error k8s/kustomization.yaml:1:1: kustomizations lead to each other in a circle"],
  ])("refuses %s", async (_, text, told) => expect((await findings({ ...files, "k8s/kustomization.yaml": text }))[0]).toContain(told));
});

test("a file that was moved is suggested where it is by now", async () => {
  const files = {
    "k8s/kustomization.yaml": "resources:\n- databases/redis/redis.yaml\n- twice.yaml\n",
    "apps/redis.yaml": object("ConfigMap", "other"),
    "core/databases/redis/redis.yaml": object("ConfigMap", "redis"),
    "a/twice.yaml": object("ConfigMap", "a"),
    "b/twice.yaml": object("ConfigMap", "b"),
  };
  const claims = role.claims?.(await asked(files, { paths: ["k8s"] })) ?? [];
  expect(claims.map((claim) => (claim.claim === "finding" ? claim.hint : ""))).toEqual([
    "is it ../core/databases/redis/redis.yaml?",
    expect.stringContaining("kustomize and Flux cannot build it either"),
  ]);
});

describe("before anything connects", () => {
  test.each<readonly [string, string, readonly string[]]>([
    [
      "an image without a version",
      deployment("web", image("nginx")),
      ["warning k8s/a.yaml:9:40: Deployment web runs nginx, whatever that is when a pod starts"],
    ],
    [
      "an image of the day",
      deployment("web", image("registry:5000/nginx:latest")),
      ["warning k8s/a.yaml:9:40: Deployment web runs registry:5000/nginx:latest, whatever that is when a pod starts"],
    ],
    ["no image with a version or a digest", deployment("web", image("registry:5000/nginx:1.27")), []],
    ["no image with a digest", deployment("web", image("nginx@sha256:abc")), []],
    [
      "a node that nobody is",
      deployment("web", `      nodeSelector: { kubernetes.io/hostname: kube599 }\n${image("a:1")}`),
      ["warning k8s/a.yaml:9:47: no host of the inventory is a node for Deployment web, which asks for kubernetes.io/hostname=kube599"],
    ],
    [
      "a label that no host has",
      deployment("web", `      nodeSelector: { disk: nvme }\n${image("a:1")}`),
      ["warning k8s/a.yaml:9:29: no host of the inventory is a node for Deployment web, which asks for disk=nvme"],
    ],
    ["no label that a host has", deployment("web", `      nodeSelector: { disk: ssd }\n${image("a:1")}`), []],
    ["no label that a host has in a list", deployment("web", `      nodeSelector: { gpu: "true" }\n${image("a:1")}`), []],
    ["no label that programs set", deployment("web", `      nodeSelector: { kubernetes.io/arch: arm64, nvidia.com/gpu.present: "true" }\n${image("a:1")}`), []],
    [
      "an affinity that nobody satisfies",
      deployment(
        "web",
        `      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: In, values: [b, c] }] }] } } }\n${image("a:1")}`,
      ),
      ["warning k8s/a.yaml:9:126: no host of the inventory is a node for Deployment web, which asks for zone=b or c"],
    ],
    [
      "a claim whose data are on one node",
      `${object("PersistentVolumeClaim", "db", "spec:\n  storageClassName: local-path\n")}---\n${deployment("web", `      volumes: [{ name: d, persistentVolumeClaim: { claimName: db } }]\n${image("a:1")}`)}`,
      [
        "warning k8s/a.yaml:5:21: the data of PersistentVolumeClaim db are on one node (class local-path): Deployment web can run on no other, and they go with that node",
      ],
    ],
    [
      "a secret in clear",
      "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData:\n  a: !secret x\n  b: hunter2\n  c: more\n",
      ["warning k8s/a.yaml:6:6: Secret s holds b and 1 more in clear"],
    ],
    [
      "an object that is there twice",
      `${object("ConfigMap", "c", "data: { a: '1' }\n")}---\n${object("ConfigMap", "c", "data: { a: '2' }\n")}`,
      ["error k8s/a.yaml:6:1: ConfigMap c is there twice, and differently"],
    ],
    ["no object that is there twice and the same", `${object("ConfigMap", "c")}---\n${object("ConfigMap", "c")}`, []],
    [
      "a word that hlx does not know",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: { hlx.io/conflicts: force }\n",
      ["error k8s/a.yaml:5:36: ConfigMap a says hlx.io/conflicts: force"],
    ],
    ["an object without a name", "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: x-\n", ["error k8s/a.yaml:4:3: Job has no name"]],
    ["what is no manifest", "a: 1\n", ["warning k8s/a.yaml:1:1: no manifest: it has no apiVersion and kind"]],
    ["YAML that does not parse", "a: [1\n", ["error k8s/a.yaml:2:1: [ opened at 1:4 is not closed"]],
  ])("finds %s", async (_, text, told) => {
    const found = await findings({ "k8s/a.yaml": text });
    expect(found.map((one, index) => (told[index] !== undefined && one.startsWith(told[index]) ? told[index] : one))).toEqual(told);
  });
  test("finds a path at which there is nothing", async () => expect(await findings({}, { paths: ["k8s"] })).toEqual(["error : there are no manifests at k8s"]));
  test("says which ports of every node are taken, and by what", async () => {
    const service = object(
      "Service",
      "web",
      "spec:\n  type: NodePort\n  ports:\n  - { port: 80, nodePort: 30080 }\n  - { port: 53, nodePort: 30053, protocol: UDP }\n  - { port: 443 }\n",
    );
    const claims = role.claims?.(await asked({ "k8s/a.yaml": service }, { paths: ["k8s"] })) ?? [];
    expect(
      claims.map((claim) => (claim.claim === "port" ? `${claim.port}/${claim.protocol} ${claim.by} ${claim.at?.line}:${claim.at?.column}` : claim.claim)),
    ).toEqual(["30080/tcp Service web 7:27", "30053/udp Service web 8:27"]);
  });
});

test("whoever declares without having asked for claims is stopped by an error all the same", () =>
  expect(declared({ "k8s/kustomization.yaml": "resources: [gone.yaml]\n" })).rejects.toThrow("the kustomization names gone.yaml: there is no such file"));
