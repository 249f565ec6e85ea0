// The role microk8s on seven real hosts: a cluster from the inventory, one node more, upgrades, leaving; snapd and MicroK8s are doubles.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { install, removeStore, storeFlags } from "../microk8s/double.ts";
import { type LabHost, labHost } from "./hosts.ts";
import { type HlxRun, type Project, project } from "./project.ts";

const names = ["kube501", "kube502", "kube503", "kube511", "kube512", "kube513", "kube514"] as const;
const volume = `hlx-test-microk8s-${process.pid}`;
const hosts = new Map<string, LabHost>();
const addresses = new Map<string, string>();
let lab: Project;

const hlx = (...args: readonly string[]): Promise<HlxRun> => lab.start(args, {}).ended;
const on = (name: string): LabHost => hosts.get(name) as LabHost;
const first = (): LabHost => on("kube501");

beforeAll(async () => {
  await Promise.all(
    names.map(async (name) => {
      const host = await labHost({ hostname: name, extra: storeFlags(volume) });
      await install(host);
      hosts.set(name, host);
      addresses.set(name, (await host.exec("hostname -i")).trim());
    }),
  );
  lab = project({}, [...hosts.values()]);
  inventory(names.slice(0, 6));
  site();
});

afterAll(() => removeStore(volume, [...hosts.values()]));

function inventory(present: readonly string[]): void {
  const [a, b] = (addresses.get("kube501") ?? "").split(".");
  const lines = present.map((name) => {
    const { port, user, keyFile } = on(name);
    return `  ${name}: { lan: ${addresses.get(name)}, connect: 127.0.0.1, port: ${port}, user: ${user}, key: ${keyFile} }\n`;
  });
  const lan = `networks:\n  lan: { cidr: ${a}.${b}.0.0/16, ranges: { metallb: ${a}.${b}.250.64-${a}.${b}.250.95 } }\n`;
  const groups = "groups:\n  control: { hosts: kube50* }\n  workers: { hosts: kube51* }\n  kube: [control, workers]\n";
  lab.write("inventory.yaml", `format: 1\nplaybook: site.yaml\n${lan}hosts:\n${lines.join("")}devices: { apiserver: { lan: ${a}.${b}.250.99 } }\n${groups}`);
}

function site(more: object = {}): void {
  const params = {
    ...{ channel: "1.32/stable", control: "control", vip: "apiserver", kubeconfig: ["root"] },
    addons: ["dns", { metallb: "lan.metallb" }],
    nodes: { kube511: { labels: { "workload-type": "compute" }, taints: ["dedicated=gpu:NoSchedule"] } },
    mirrors: { "docker.io": "http://registry.home:5000" },
    ...more,
  };
  lab.write("site.yaml", JSON.stringify([{ hosts: "kube", roles: [{ microk8s: params }] }]));
}

/** What happened in the cluster since it was asked last. */
async function log(): Promise<readonly string[]> {
  const lines = (await first().exec("cat /cluster/log 2>/dev/null; rm -f /cluster/log")).trim();
  return lines === "" ? [] : lines.split("\n");
}

async function good(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hlx(...args);
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

describe("six nodes", () => {
  let said: string;
  test("become a cluster of three control planes and three workers in one apply", async () => {
    said = await good("apply", "--yes");
    const happened = await log();
    expect(happened.filter((line) => /^[A-Z]/.test(line))).toEqual([]);
    expect(happened.filter((line) => line.startsWith("join"))).toEqual([
      ...["join kube502 ", "join kube503 "],
      ...["kube511", "kube512", "kube513"].map((name) => expect.stringMatching(new RegExp(`^join kube51[123] --worker$|${name}`))),
    ]);
    const database = await on("kube503").exec("grep -c 'Role: 0' /var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml");
    expect(database).toBe("3\n");
    const tokens = happened.filter((line) => line.startsWith("token")).map((line) => line.split(" ")[1]);
    const used = happened.filter((line) => line.startsWith("use")).map((line) => line.split(" ")[1]);
    expect([tokens.length, new Set(tokens).size, used]).toEqual([5, 5, tokens]);
  });

  test("and no token is left anywhere, nor was one said", async () => {
    const tokens = (await first().exec("cat /cluster/secret-tokens; rm /cluster/secret-tokens")).trim().split("\n");
    const folder = join(lab.folder, ".hlx");
    const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const here = [said, ...kept.map((one) => readFileSync(join(one.parentPath, one.name), "latin1"))].join("\n");
    expect(tokens.filter((token) => here.includes(token))).toEqual([]);
    const there = await Promise.all(
      names.map((name) =>
        on(name).tryExec(
          `grep -rlE '${tokens.join("|")}' /var/lib/hlx /run/hlx /var/snap /etc/microk8s.yaml /cluster/nodes 2>/dev/null; journalctl | grep -cE '${tokens.join("|")}'`,
        ),
      ),
    );
    expect(there.map(({ stdout }) => stdout)).toEqual(names.map(() => "0\n"));
  });

  test("have their addons, labels, taints, mirrors, and the API's address in every certificate", async () => {
    const [a, b] = (addresses.get("kube501") ?? "").split(".");
    expect(await first().exec("cat /cluster/addons/*")).toBe(`dns\nmetallb:${a}.${b}.250.64-${a}.${b}.250.95\n`);
    expect(await first().exec("cat /cluster/objects/*.kube511")).toBe("node\nlabel workload-type=compute\ntaint dedicated=gpu:NoSchedule\n");
    expect(await on("kube512").exec("cat /var/snap/microk8s/current/args/certs.d/docker.io/hosts.toml")).toContain('[host."http://registry.home:5000"]');
    for (const name of names.slice(0, 3)) expect(await on(name).exec(subjects)).toContain(`IP Address:${a}.${b}.250.99`);
    expect(await on("kube502").exec("stat -c %a /root/.kube/config; cat /root/.kube/config")).toMatch(
      new RegExp(`^600\n[^]*server: https://${a}\\.${b}\\.250\\.99:16443`),
    );
  });

  test("need nothing more: the second plan is empty", async () => {
    expect(await good("apply", "--yes")).toContain("No changes");
    expect(await log()).toEqual([]);
  });
});

test("an administrator's kubeconfig comes here by the page's command, with the API's address as its server", async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const [, command = "exit 9"] = /`(hlx exec kube501 [^`]*)`/.exec(readFileSync(join(root, "docs/microk8s.md"), "utf8")) ?? [];
  const env = { PATH: process.env["PATH"], HOME: join(lab.folder, ".home"), NODE: process.execPath, BIN: join(root, "bin/hlx.js") };
  mkdirSync(join(env.HOME, ".kube"));
  await promisify(execFile)("sh", ["-c", `hlx() { "$NODE" "$BIN" "$@"; }\n${command.replace("/home/debian", "/root")}`], { cwd: lab.folder, env });
  const there = await first().exec("cat /root/.kube/config");
  expect(there).toMatch(/server: https:\/\/[\d.]+\.250\.99:16443/);
  expect(readFileSync(join(env.HOME, ".kube/config"), "utf8")).toBe(there);
});

const subjects = "openssl x509 -in /var/snap/microk8s/current/certs/server.crt -noout -ext subjectAltName";

// What MicroK8s's and snapd's own programs answer: odd ones are what roles stumble over.
test.each<readonly [string, string, number, string]>([
  ["kube501", "snap list microk9s", 1, "error: no matching snaps installed\n"],
  ["kube501", "snap install microk8s --classic", 0, "snap \"microk8s\" is already installed, see 'snap help refresh'\n"],
  ["kube501", "microk8s enable dns", 0, "Addon core/dns is already enabled\n"],
  ["kube501", "microk8s enable nothing", 1, "Addon nothing was not found in any repository\n"],
  ["kube501", "microk8s enable core/nothing", 0, "Addon core/nothing not found\n"],
  ["kube501", "microk8s remove-node kube999", 1, "Node kube999 does not exist in Kubernetes.\n"],
  [
    "kube501",
    "microk8s remove-node kube502",
    1,
    "Removal failed. Node kube502 is registered with dqlite. Please, run first 'microk8s leave' on the departing Node.\n",
  ],
  ["kube511", "microk8s status --format yaml", 0, "This MicroK8s deployment is acting as a node in a cluster.\nPlease use the control plane node.\n"],
  ["kube511", "microk8s add-node", 1, "This MicroK8s deployment is acting as a node in a cluster. Please use the microk8s add-node on the master.\n"],
  ["kube511", "microk8s join nowhere", 1, "Invalid connection: Expected format: <master_IP>:<master_PORT>/<token>[/<fingerprint>]\n"],
])("the double on %s: %s exits %i", async (name, ...[command, status, said]) => {
  const ran = await on(name).tryExec(`PATH=$PATH:/snap/bin ${command}`);
  expect([ran.status, ran.stdout + ran.stderr]).toEqual([status, said]);
});

test("a seventh joins by one line in the inventory, and only it changes", async () => {
  inventory(names);
  await on("kube514").exec("touch /etc/microk8s.yaml");
  const { code, stdout, stderr } = await hlx("apply", "--yes", "--limit", "kube514");
  expect([code, stdout + stderr]).toEqual([3, expect.stringContaining("/etc/microk8s.yaml would be used instead")]);
  expect((await log()).map((line) => line.split(" ")[0])).toEqual(["token"]);
  expect(await first().exec("cat /cluster/nodes/*/tokens")).toBe("");
  await on("kube514").exec("rm /etc/microk8s.yaml");
  const said = await good("apply", "--yes");
  expect(said).toMatch(/\+ kube514 +microk8s\.node:kube514/);
  expect(said).not.toMatch(/[~+] kube50/);
  expect((await log()).map((line) => line.split(" ")[0])).toEqual(["token", "use", "join"]);
  expect(await good("plan")).toContain("No changes");
});

describe("what a node's own files say counts, not exit statuses", () => {
  test("a stopped node, whose status exits 0, is started", async () => {
    await on("kube513").exec("/snap/bin/microk8s stop; rm -f /var/snap/microk8s/current/var/lock/clustered.lock");
    expect(await on("kube513").tryExec("/snap/bin/microk8s status --format yaml")).toMatchObject({
      status: 0,
      stdout: "microk8s is not running, try microk8s start\n",
    });
    await on("kube513").exec("touch /var/snap/microk8s/current/var/lock/clustered.lock");
    expect(await good("apply", "--yes", "--limit", "kube513")).toMatch(/running:? false → true/);
    expect(await log()).toEqual(["start kube513"]);
  });

  test("a node of another cluster is refused, and nothing is done to it", async () => {
    await on("kube514").exec("cd /var/snap/microk8s/current/args/traefik && mv provider.yaml kept && echo '        - address: 10.9.9.9:16443' > provider.yaml");
    const { code, stdout, stderr } = await hlx("apply", "--yes", "--limit", "kube514");
    expect([code, stdout + stderr]).toEqual([expect.any(Number), expect.stringContaining("kube514 belongs to another cluster, with 10.9.9.9")]);
    expect(code).not.toBe(0);
    expect(await log()).toEqual([]);
    await on("kube514").exec("cd /var/snap/microk8s/current/args/traefik && mv kept provider.yaml");
  });
});

test("a further name comes into the certificates of the control planes, one after the other", async () => {
  site({ names: ["kube.home"] });
  expect(await good("apply", "--yes")).toMatch(/names in the API's certificate.*risk restart/);
  expect(await log()).toEqual(["certificate kube501", "certificate kube502", "certificate kube503"]);
  expect(await on("kube503").exec(subjects)).toContain("DNS:kube.home");
});

describe("leaving", () => {
  test("is asked for by name and allowed: drained, left, removed", async () => {
    site({ names: ["kube.home"], leave: ["kube514"] });
    await good("apply", "--yes", "--allow", "replace");
    expect(await log()).toEqual(["cordon kube514", "drain kube514", "leave kube514", "remove kube514"]);
    expect(await good("plan")).toContain("No changes");
  });

  test("of a third control plane is refused while only three hold the data", async () => {
    site({ names: ["kube.home"], leave: ["kube514", "kube503"] });
    const { stdout, stderr } = await hlx("plan");
    expect(stdout + stderr).toContain("without kube503 only two would hold the cluster's data");
  });
});

test("a join that fails says MicroK8s's own reason, and its token is taken back", async () => {
  site({ names: ["kube.home"] });
  await first().exec("touch /cluster/unresolvable");
  const { code, stdout, stderr } = await hlx("apply", "--yes", "--allow", "replace");
  expect([code, stdout + stderr]).toEqual([3, expect.stringContaining("The hostname (kube514) of the joining node does not resolve")]);
  expect(await first().exec("cat /cluster/nodes/*/tokens")).toBe("");
  expect((await on("kube514").tryExec("ls /var/snap/microk8s/current/var/lock/join-in-progress")).status).not.toBe(0);
  await first().exec("rm /cluster/unresolvable; rm -f /cluster/log");
  await good("apply", "--yes", "--allow", "replace");
  expect((await log()).map((line) => line.split(" ")[0])).toEqual(["token", "use", "join"]);
});

describe("another version", () => {
  test("is not reached over a skipped minor, nor backwards", async () => {
    site({ channel: "1.34/stable" });
    const far = await hlx("plan", "--limit", "kube501");
    expect(far.stdout + far.stderr).toMatch(/from 1\.32\/stable to 1\.34\/stable a minor version would be skipped[\s\S]*first channel: 1\.33\/stable/);
    site({ channel: "1.31/stable" });
    const back = await hlx("plan", "--limit", "kube501");
    expect(back.stdout + back.stderr).toContain("1.31/stable is older than 1.32/stable");
    expect(await log()).toEqual([]);
  });

  test("comes node by node: drained, refreshed, ready, let back; control planes first", async () => {
    site({ channel: "1.33/stable" });
    await good("apply", "--yes", "--limit", "kube501:kube502:kube511");
    const happened = await log();
    const nodes = happened.filter((line) => line.startsWith("refresh")).map((line) => line.split(" ")[1] ?? "");
    expect(nodes).toEqual(["kube501", "kube502", "kube511"]);
    expect(happened).toEqual(nodes.flatMap((name) => [`cordon ${name}`, `drain ${name}`, `refresh ${name} 1.33/stable`, `uncordon ${name}`]));
    expect(await good("plan", "--limit", "kube501:kube502:kube511")).toContain("No changes");
  });
});

test("another version of a node that is all there is: refreshed, ready, let back, and never drained", async () => {
  await on("kube514").exec("/snap/bin/microk8s leave");
  await log();
  site({ channel: "1.33/stable", control: "kube514", addons: [] });
  await good("apply", "--yes", "--limit", "kube514");
  expect(await log()).toEqual(["refresh kube514 1.33/stable", "uncordon kube514"]);
  expect(await good("plan", "--limit", "kube514")).toContain("No changes");
});

test("dead nodes, the first control plane among them, are forgotten by the first that is left, and once", async () => {
  for (const name of ["kube501", "kube513"]) await on(name).exec("/snap/bin/microk8s stop");
  inventory(names.filter((name) => name !== "kube501" && name !== "kube513"));
  site({ channel: "1.33/stable", addons: [], removed: ["kube513", "kube501"] });
  const said = await good("apply", "--yes", "--limit", "kube502");
  expect(said).toContain("forget the node kube501");
  expect(await log()).toEqual(["remove kube513 --force", "remove kube501 --force"]);
  const members = await on("kube503").exec("sed -n 's/^- Address: \\(.*\\):19001/\\1/p' /var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml");
  expect(members.trim().split("\n")).toEqual(["kube502", "kube503"].map((name) => addresses.get(name)));
  expect(await good("plan", "--limit", "kube502")).toContain("No changes");
});

describe("a control plane that is made anew, although it is the first of the inventory", () => {
  const both = ["--limit", "kube501:kube502"];
  beforeAll(async () => {
    await first().exec("rm -rf /var/lib/snapd-double/microk8s /snap/microk8s /snap/bin/microk8s /var/snap/microk8s /cluster/nodes/kube501");
    inventory(names.filter((name) => name !== "kube513"));
    site({ channel: "1.33/stable", addons: [] });
  });

  test("begins no second cluster while the others cannot be asked", async () => {
    const others = ["kube502", "kube503"].map(on);
    for (const host of others) await host.exec("systemctl stop ssh.socket ssh.service 2>/dev/null || systemctl stop ssh.service");
    const { code, stdout } = await hlx("apply", "--yes", "--limit", "kube501");
    for (const host of others) await host.exec("systemctl start ssh.service");
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/kube502, kube503 could not be asked, and may be in a cluster with others: a second one is not begun/),
    ]);
    expect(await log()).toEqual([]);
  });

  test("joins the cluster that the others are in", async () => {
    expect(await good("apply", "--yes", ...both)).toContain("kube502 is the first control plane, not kube501");
    expect((await log()).map((line) => line.replace(/ [0-9a-f]{8}/, ""))).toEqual(["token", "use kube501", "join kube501"]);
    expect(await good("plan", ...both)).toContain("No changes");
  });
});
