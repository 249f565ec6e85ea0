// The roles docker and compose: what they declare for which params, and that every kind takes it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import compose from "../../roles/compose/role.ts";
import docker from "../../roles/docker/role.ts";
import { validateValue } from "../../src/model/documents/validate.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { InventoryView } from "../../src/model/role.ts";
import { plainText } from "../../src/model/text.ts";
import { folderSource } from "../../src/playbook/inputs/folder.ts";
import { imagesSource } from "../../src/playbook/inputs/images.ts";
import { openLock } from "../../src/playbook/inputs/lock.ts";
import { withDefaults } from "../../src/playbook/params.ts";
import type { Stack } from "../../src/resources/compose/desired.ts";
import { kinds } from "../../src/resources/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "hlx-docker-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function facts(versionId: string): Facts {
  return { os: { id: "debian", versionId, codename: versionId === "13" ? "trixie" : "bookworm", name: "Debian", like: [] } } as unknown as Facts;
}

function sound(resources: readonly Resource[]): readonly string[] {
  const wrong = resources.flatMap(({ kind, desired, id }) =>
    validateValue(desired, kinds.find((one) => one.kind === kind)?.schema ?? { not: {} }, () => undefined, id),
  );
  expect(wrong).toEqual([]);
  return resources.map(({ id }) => id);
}

function engine(given: unknown, version = "13"): readonly Resource[] {
  expect(validateValue(withDefaults(given, docker.params), docker.params, () => undefined, "docker")).toEqual([]);
  return docker.declare({ params: withDefaults(given, docker.params) as never, facts: facts(version) } as never);
}

test("an engine from Debian where it has Compose, else from Docker with its key pinned", () => {
  expect(sound(engine({}))[0]).toBe("packages:docker-cli,docker-compose,docker.io");
  expect(sound(engine({}, "12"))).toContain("command:Docker's signing key");
  const [packages] = engine({ from: "debian" }, "12");
  expect(packages?.id).toBe("packages:docker.io");
  expect(packages?.provides).toContain("docker:engine");
  expect(packages?.provides).not.toContain("docker:compose");
});

const [pinned, other] = ["9DC858229FC7DD38854AE2D88D81803C0EBFCD88", "0123456789ABCDEF0123456789ABCDEF01234567"] as const;

test.each<readonly [string, readonly string[], number]>([
  ["the pinned one is kept", [pinned], 0],
  ["another one is refused", [other], 1],
  ["another one beside it is refused", [pinned, other], 1],
  ["none is refused", [], 1],
])("Docker's signing key: %s", (...[, keys, status]) => {
  const key = engine({}, "12").find(({ id }) => id === "command:Docker's signing key")?.desired as {
    readonly script: string;
    readonly args: readonly string[];
  };
  const [bin, target] = [mkdtempSync(join(folder, "bin-")), join(mkdtempSync(join(folder, "keys-")), "docker.asc")];
  const printed = keys
    .map((one) => `pub:u:4096:1:X:0:::u:::scESC:\nfpr:::::::::${one}:\nsub:u:4096:1:Y:0:::::::e:\nfpr:::::::::${one.toLowerCase()}:\n`)
    .join("");
  writeFileSync(join(bin, "curl"), '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" != -o ] || echo key > "$2"; shift; done\n', { mode: 0o755 });
  writeFileSync(join(bin, "gpg"), `#!/bin/sh\ncat <<'END'\n${printed}END\n`, { mode: 0o755 });
  const args = key.args.map((one) => (one.startsWith("/") ? target : one));
  const ran = spawnSync("sh", ["-c", key.script, "sh", ...args], { encoding: "utf8", env: { ...process.env, PATH: `${bin}:${process.env["PATH"]}` } });
  expect([ran.status, existsSync(target), readdirSync(join(target, "..")).length]).toEqual([status, status === 0, status === 0 ? 1 : 0]);
});

test("daemon.json holds what was asked for; members and pruning come after", () => {
  const resources = engine({ dataRoot: "/data01/docker", mirrors: ["https://m"], users: ["terrac"], prune: "weekly", daemon: { dns: ["1.1.1.1"] } });
  expect(resources.find(({ kind }) => kind === "json")?.desired).toMatchObject({
    set: { "data-root": "/data01/docker", "registry-mirrors": ["https://m"], "live-restore": true, dns: ["1.1.1.1"], "log-opts": { "max-size": "10m" } },
  });
  expect(sound(resources)).toEqual(expect.arrayContaining(["command:terrac may use Docker", "service:docker-prune.timer"]));
});

const hosts = ["a", "b"].map((name, index) => ({ name, login: { address: index === 0 ? "192.168.1.5" : "fd00::5" } }));
const inventory = { select: (pattern: string) => hosts.filter(({ name }) => pattern === "all" || pattern === name) } as unknown as InventoryView;

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
}

async function asked(given: object): Promise<{ readonly params: never; readonly inputs: Readonly<Record<string, string>>; readonly inventory: InventoryView }> {
  const params = withDefaults(given, compose.params) as never;
  expect(validateValue(params, compose.params, () => undefined, "compose")).toEqual([]);
  const wanted = Object.entries(compose.inputs?.({ params } as never) ?? {});
  const looking = { roleFolder: "/nowhere", inventoryFolder: folder, fetch: () => Promise.reject(new Error("no")) };
  const found = wanted.map(async ([name, input]) => [name, await (input.input === "images" ? imagesSource : folderSource).resolve(input as never, looking)]);
  return { params, inputs: Object.fromEntries(await Promise.all(found)), inventory };
}

test("stacks come from their folders: the compose file is rendered, the rest goes with it, env files do not", async () => {
  write("stacks/media/compose.yaml", "services: { tv: { image: 'tv:$TAG', env_file: [tv.env], ports: ['80:80'] } }\n");
  write("stacks/media/.env", "TAG=1\n");
  write("stacks/media/tv.env", "PASSWORD=x\n");
  write("stacks/media/conf/tv.conf", "a\n");
  write("stacks/media/.git/HEAD", "x\n");
  const on = await asked({ root: "/data", stacks: { media: { files: { token: { secret: "tv.token" } } } } });
  const resources = compose.declare(on as never);
  expect(sound(resources)).toEqual(["compose.stack:media"]);
  expect(resources[0]?.desired).toMatchObject({
    dir: "/data/media",
    files: { "conf/tv.conf": { content: ["a\n"], mode: "0644" }, token: { content: [{ secret: "tv.token" }], mode: "0600" } },
  });
  const [files] = resources.map(({ desired }) => (desired as { readonly files: object }).files);
  expect(Object.keys(files ?? {})).toEqual(["conf/tv.conf", "token"]);
});

test("logins, networks and volumes that stacks need come before them", async () => {
  write("stacks/proxied/compose.yaml", "services: { a: { image: 'a:1', networks: [proxy] } }\nnetworks: { proxy: { external: true } }\n");
  const logins = { "ghcr.io": { username: "terrac", password: { secret: "ghcr.token" } } };
  const on = await asked({ logins, networks: { proxy: { subnet: "172.30.0.0/24" } }, volumes: { media: {} }, stacks: { proxied: {} } });
  expect(sound(compose.declare(on as never))).toEqual(["docker.registryLogin:ghcr.io", "docker.network:proxy", "docker.volume:media", "compose.stack:proxied"]);
  expect(compose.claims?.(on as never)).toContainEqual(expect.objectContaining({ claim: "provides", what: "network proxy" }));
});

test("targets for Prometheus come from the inventory, into the folder that it mounts", async () => {
  write("stacks/prom/compose.yaml", "services: { p: { image: 'p:1', volumes: ['./targets:/targets:ro'] } }\n");
  const [stack] = compose.declare(
    (await asked({ stacks: { prom: { targets: { "targets/nodes.json": { port: 9100, labels: { site: "home" } } } } } })) as never,
  );
  const { files, services } = (stack?.desired ?? {}) as Stack;
  expect(JSON.parse(plainText(files["targets/nodes.json"]?.content ?? []) ?? "")).toEqual([
    { targets: ["192.168.1.5:9100"], labels: { site: "home", host: "a" } },
    { targets: ["[fd00::5]:9100"], labels: { site: "home", host: "b" } },
  ]);
  expect(services["p"]?.uses).toEqual(["targets/nodes.json"]);
});

test("what hlx.lock says of an image is what the service must run", async () => {
  write("stacks/locked/compose.yaml", "services: { a: { image: 'a:1' }, b: { image: 'b:1' } }\n");
  openLock(join(folder, "hlx.lock")).set("image:a:1", "sha256:aa");
  const [resource] = compose.declare((await asked({ stacks: { locked: {} } })) as never);
  expect(resource?.desired).toMatchObject({ services: { a: { looks: { digest: "sha256:aa" } } } });
  expect(JSON.stringify(resource?.desired)).not.toMatch(/b:1","digest/);
  rmSync(join(folder, "hlx.lock"));
});

test("what is wrong with a file, unpinned images and published ports are claimed, each at its place", async () => {
  write("stacks/bad/compose.yml", "services:\n  a:\n    image: a:$NOPE\n    ports: ['81:80']\n  b:\n    image: b\n");
  const claims = compose.claims?.((await asked({ stacks: { bad: {} } })) as never) ?? [];
  const told = claims.map((claim) => [claim.claim, claim.at?.file.replace(folder, ""), claim.at?.line, claim.claim === "finding" ? claim.level : undefined]);
  expect(told).toEqual(
    expect.arrayContaining([
      ["finding", "/stacks/bad/compose.yml", 3, "error"],
      ["finding", "/stacks/bad/compose.yml", 6, "warning"],
      ["port", "/stacks/bad/compose.yml", 4, undefined],
    ]),
  );
});

test("a folder that leads outside, or holds what is no text, is refused", async () => {
  write("stacks/binary/x.png", "");
  writeFileSync(join(folder, "stacks/binary/x.png"), Buffer.from([0xff, 0xfe, 0x00]));
  await expect(asked({ stacks: { binary: {} } })).rejects.toThrow("not UTF-8");
  await expect(asked({ from: "../stacks", stacks: { media: {} } })).rejects.toThrow("a path inside");
  await expect(asked({ stacks: { nothing: {} } })).rejects.toThrow("no such folder");
});
