// Compose stacks on a real engine: what is planned is what happens, to the services that are named and to no other.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { dockerDriver } from "../../src/connections/docker.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import type { Host } from "../../src/model/host.ts";
import type { EndpointRun } from "../../src/model/ports/endpoint.ts";
import { composeStack, composeStackKind } from "../../src/resources/compose-stack.ts";
import { type CountingProxy, startProxy } from "../../src/testing/proxy.ts";
import { containersOf, healthy, installAround, makeImages, quick } from "./docker-host.ts";
import { containerHost, type LabHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

let host: LabHost;
let proxy: CountingProxy;
let lab: Project;

beforeAll(async () => {
  host = await containerHost();
  await installAround(host);
  proxy = await startProxy({ to: { port: host.port } });
  lab = project({ "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ ocean: { ...host, port: proxy.port } })}` }, [host]);
  const trusted = join(lab.folder, ".home/.ssh/known_hosts");
  writeFileSync(trusted, readFileSync(trusted, "utf8").replaceAll(`]:${host.port} `, `]:${proxy.port} `));
  await host.exec(`mkdir -p /etc/docker && echo '{"features":{"buildkit":true},"log-opts":{"compress":"true"}}' > /etc/docker/daemon.json`);
  site("{}");
  expect(await apply()).toMatchObject({ code: 0 });
  await makeImages(host);
}, 600_000);

afterAll(() => proxy.close());

const box = `import { dockerContainer, defineRole } from "hlx";

export default defineRole({
  name: "box",
  summary: "One container.",
  params: { type: "object" },
  declare: () => [
    dockerContainer({
      name: "box",
      image: "app:1.0",
      networks: ["meet"],
      volumes: ["kept"],
      env: { TOKEN: { secret: "demo.token" } },
      service: { stop_grace_period: "0s", volumes: ["kept:/kept"], healthcheck: { test: "test -e /healthy", interval: "1s" } },
    }),
  ],
});
`;

let logMaxSize = "20m";

function site(stacks: string, { more = "", roles = "" } = {}): void {
  const docker = `docker: { from: debian, compose: false, users: [games], prune: weekly, logMaxSize: ${logMaxSize} }`;
  const checks = stacks.includes("demo") ? ", checks: [container:demo/*, container:demo-web-1]" : "";
  lab.write("site.yaml", `- hosts: all\n  roles: [{ ${docker} }, { compose: { root: /srv/stacks, wait: 20, stacks: ${stacks}${more} }${checks} }${roles}]\n`);
}

function demo({ web = "1.0", greeting = "hello", health = "test -e /healthy", retries = 2 } = {}): string {
  return `services:
  web:
    image: app:${web}
    ${quick}
    restart: unless-stopped
    environment: { GREETING: "${greeting}", TOKEN: "\${TOKEN}", COST: 5$$ }
    volumes: ["./conf/app.conf:/etc/app.conf:ro", "data:/data"]
    healthcheck: { test: "${health}", interval: 1s, retries: ${retries} }
    depends_on: { init: { condition: service_completed_successfully } }
    networks: [front]
  db: { image: "app:1.0", ${healthy}, networks: [front], mem_limit: 64m }
  init: { image: "app:1.0", command: ["true"], networks: [front] }
networks: { front: { name: front } }
volumes: { data: }
`;
}

const guest = `services: { guest: { image: "app:1.0", ${healthy}, networks: [front] } }\nnetworks: { front: { external: true } }\n`;

const containers = () => containersOf(host);

const secret = "p'a\"ss$word\\x";
const withSecret = { env: { HLX_SECRET_DEMO_TOKEN: secret } };
const both = "guest: {}, demo: { env: { TOKEN: !secret demo.token } }";
const rest = "guest: { state: stopped }, demo: { prune: true, env: { TOKEN: !secret demo.token } }";

async function hlx(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { code, stdout, stderr } = await lab.start(args, withSecret).ended;
  return { code, said: `${stdout}${stderr}` };
}

const apply = () => hlx("apply", "--yes");

async function isEmpty(): Promise<void> {
  expect((await hlx("plan")).said).toContain("No changes");
}

describe("a stack and another one that uses its network", { timeout: 240_000 }, () => {
  test("are created in order, with a secret that only the container sees; the second plan is empty", async () => {
    lab.write("stacks/demo/compose.yaml", demo());
    lab.write("stacks/demo/conf/app.conf", "one\n");
    lab.write("stacks/guest/compose.yaml", guest);
    site(`{ ${both} }`);
    const { code, said } = await apply();
    expect([code, said.includes(secret)]).toEqual([0, false]);
    const environment = await host.exec("docker exec demo-web-1 cat /proc/1/environ | tr '\\0' '\\n'");
    expect(environment).toContain(`TOKEN=${secret}\n`);
    expect(environment).toContain("COST=5$\n");
    expect(
      await host.exec("cd /srv/stacks/demo; stat -c '%a %n' compose.yaml .hlx .hlx/desired.json conf/app.conf; grep -c value .hlx/desired.json || true"),
    ).toBe("600 compose.yaml\n700 .hlx\n600 .hlx/desired.json\n644 conf/app.conf\n0\n");
    expect(await host.exec("cat /srv/stacks/demo/.hlx/desired.json")).not.toContain("word");
    await isEmpty();
  });

  test("one service changes, and the connection is cut meanwhile: it is made anew once, the others and the one-shot keep their ids, its fields are shown", async () => {
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye", health: "test -e /go", retries: 1000 }));
    expect((await hlx("plan")).said).toMatch(/-\s+GREETING: hello\n\s*\+\s+GREETING: bye/);
    const running = apply();
    const web = async () => (await containers())["demo-web-1"]?.id ?? "";
    await expect.poll(async () => ["", before["demo-web-1"]?.id].includes(await web()), { timeout: 60_000, interval: 200 }).toBe(false);
    proxy.cut();
    const made = await web();
    await host.exec("until docker exec demo-web-1 sh -c ': > /go'; do sleep 0.2; done");
    expect(await running).toMatchObject({ code: 0 });
    const after = await containers();
    expect(after["demo-web-1"]?.id).toBe(made);
    for (const name of ["demo-db-1", "demo-init-1", "guest-guest-1"]) expect(after[name]).toEqual(before[name]);
  });

  test("the engine: others' values in its daemon.json stay; a restart is planned with its risk, and containers outlive it", async () => {
    const before = await containers();
    expect(JSON.parse(await host.exec("cat /etc/docker/daemon.json"))).toMatchObject({
      features: { buildkit: true },
      "live-restore": true,
      "log-opts": { compress: "true", "max-size": "20m" },
    });
    expect(await host.exec("id -nG games; systemctl is-enabled docker-prune.timer")).toMatch(/\bdocker\b[\s\S]*enabled/);
    logMaxSize = "30m";
    site(`{ ${both} }`);
    expect((await hlx("plan")).said).toMatch(/service:docker .*risk restart/);
    expect((await apply()).code).toBe(0);
    expect(await host.exec("docker info -f '{{.LiveRestoreEnabled}}'")).toBe("true\n");
    expect(await containers()).toEqual(before);
  });

  test("a mounted file's content changes: the container that mounts it is made anew and sees it", async () => {
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    lab.write("stacks/demo/conf/app.conf", "two\n");
    expect((await apply()).code).toBe(0);
    expect(await host.exec("docker exec demo-web-1 cat /etc/app.conf")).toBe("two\n");
    expect((await containers())["demo-db-1"]).toEqual(before["demo-db-1"]);
  });

  test("what somebody changed by hand is found and put right: limits, networks, a stopped container", async () => {
    await host.exec("docker update --memory 128m --memory-swap 128m demo-db-1 && docker network disconnect front guest-guest-1 && docker stop -t 0 demo-web-1");
    const { said } = await hlx("plan");
    expect(said).toContain("memory 134217728 → 67108864");
    expect(said).toContain("networks none → front");
    expect(said).toContain("starts: it is stopped");
    expect((await apply()).code).toBe(0);
    await isEmpty();
  });

  test("an update that is unhealthy goes back: the old image, the old files, and a container of them that is healthy", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ web: "broken", greeting: "broken" }));
    lab.write("stacks/demo/conf/app.conf", "broken\n");
    const { code, said } = await apply();
    expect([code, said]).toEqual([3, expect.stringContaining("it is unhealthy")]);
    expect((await containers())["demo-web-1"]?.image).toBe("app:1.0");
    expect(await host.exec("docker exec demo-web-1 cat /etc/app.conf; docker inspect -f '{{.State.Health.Status}}' demo-web-1")).toBe("two\nhealthy\n");
    lab.write("stacks/demo/conf/app.conf", "two\n");
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    await isEmpty();
  });

  test("an image that cannot be had, and a port that another container has: found before anything is touched", async () => {
    await host.exec("docker run -d --name squatter -p 8099:80 app:1.0");
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ web: "9.9", greeting: "bye" }));
    expect(await apply()).toEqual({ code: 3, said: expect.stringContaining("nothing was touched") });
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "clash" }).replace("  db:", "  extra: { image: 'app:1.0', ports: ['8099:80'] }\n  db:"));
    expect(await apply()).toEqual({ code: 3, said: expect.stringContaining("wants port 8099/tcp, which the container squatter publishes") });
    expect(await containers()).toEqual(before);
    await host.exec("docker rm -f squatter");
  });

  test("rollback brings back the stack of before a run", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ web: "2.0", greeting: "bye" }));
    const { said } = await apply();
    expect((await containers())["demo-web-1"]?.image).toBe("app:2.0");
    const run = /\brun (\d+)/i.exec(said)?.[1] ?? "";
    expect(await hlx("rollback", run, "--yes")).toMatchObject({ code: 0 });
    expect((await containers())["demo-web-1"]?.image).toBe("app:1.0");
  });

  test("a service that is not in the file any more is told and left alone, and goes when asked; stopped: the containers stay, and nobody starts them", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }).replace(/ {2}db: .*\n/, ""));
    site(`{ ${both.replace("guest: {}", "guest: { state: stopped }")} }`);
    const before = await containers();
    expect((await hlx("plan")).said).toContain("service db is not in the file any more (prune: true removes its containers)");
    expect((await apply()).code).toBe(0);
    expect((await containers())["demo-db-1"]).toEqual(before["demo-db-1"]);
    expect(await host.exec("docker inspect -f '{{.State.Running}}' guest-guest-1")).toBe("false\n");
    expect((await hlx("status")).said).toMatch(/✔ +ocean +compose +container:demo\/\*[\s\S]*Checks: 2 of 2 good/);
    site(`{ ${rest} }`);
    expect((await hlx("apply", "--yes", "--allow", "replace")).code).toBe(0);
    expect((await containers())["demo-db-1"]).toBeUndefined();
    expect((await containers())["guest-guest-1"]?.id).toBe(before["guest-guest-1"]?.id);
    await isEmpty();
  });
});

test("a stack that somebody else started is adopted without a restart", { timeout: 120_000 }, async () => {
  const file = `services: { one: { image: "app:1.0", ${quick}, restart: always, environment: [A=1] }, two: { image: "app:1.0", ${quick}, environment: [B=1], scale: 2 } }\n`;
  await host.exec(`mkdir -p /root/other && cat > /root/other/compose.yaml <<'END'\n${file}END\ncd /root/other && docker compose up -d 2>&1`);
  const before = await containers();
  lab.write("stacks/other/compose.yaml", file.replace("B=1", "B=2"));
  site(`{ ${rest}, other: {} }`);
  const planned = await hlx("plan");
  expect(planned.said).toMatch(/service:one.*adopts/);
  expect(planned.said).toMatch(/service:two.*recreates: environment differs/);
  lab.write("stacks/other/compose.yaml", file);
  expect((await apply()).code).toBe(0);
  const after = await containers();
  for (const name of ["other-one-1", "other-two-1", "other-two-2"]) expect(after[name]).toEqual(before[name]);
  await isEmpty();
});

describe("a tag that the registry moves", { timeout: 120_000 }, () => {
  const image = "127.0.0.1:5000/app:stable";
  const version = () => host.exec("docker exec moving-app-1 cat /version");
  const move = (to: string) => host.exec(`docker tag app:${to} ${image} && docker push -q ${image} && docker rmi -f ${image}`);

  test("is pulled when asked", async () => {
    await move("1.0");
    lab.write("stacks/moving/compose.yaml", `services: { app: { image: "${image}", ${healthy} } }\n`);
    site(`{ ${rest}, other: {}, moving: { pull: digest } }`);
    expect((await apply()).code).toBe(0);
    await move("2.0");
    expect((await hlx("plan")).said).toContain("its tag has moved in the registry");
    expect((await apply()).code).toBe(0);
    expect(await version()).toBe("2.0\n");
  });

  test("is reported, and changes nothing before hlx images --bump, where hlx.lock has its digest", async () => {
    expect((await hlx("images", "--bump")).said).toMatch(/bumped +127\.0\.0\.1:5000\/app:stable/);
    expect((await apply()).code).toBe(0);
    await move("1.0");
    const planned = await hlx("plan");
    expect(planned.said).toContain(`the registry has another image for ${image} than hlx.lock`);
    expect(planned.said).toContain("No changes");
    expect(await hlx("drift")).toEqual({ code: 2, said: expect.stringContaining("moved") });
    await hlx("images", "--bump", "--image", "**/app:*");
    expect((await hlx("plan")).said).toContain("is not the locked one");
    expect((await apply()).code).toBe(0);
    expect(await version()).toBe("1.0\n");
    await isEmpty();
  });
});

test("a login, a network, a volume and a container of their own; then all that hlx made and nobody wants any more goes, but for the volumes of stacks", {
  timeout: 120_000,
}, async () => {
  lab.write("roles/box/role.ts", box);
  const login = `"127.0.0.1:5000": { username: ops, password: !secret demo.token }`;
  site(`{ ${rest} }`, { more: `, logins: { ${login} }, networks: { meet: { subnet: 172.30.9.0/24 } }, volumes: { kept: {} }`, roles: ", box" });
  const { code, said } = await hlx("apply", "--yes", "--allow", "replace");
  expect([code, said.includes(secret)]).toEqual([0, false]);
  expect(await host.exec("docker exec box cat /proc/1/environ | tr '\\0' '\\n'")).toContain(`TOKEN=${secret}\n`);
  expect(await host.exec("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' meet; docker inspect -f '{{(index .Mounts 0).Name}}' box")).toBe(
    "172.30.9.0/24\nkept\n",
  );
  await isEmpty();
  site("{}");
  expect((await hlx("apply", "--yes", "--allow", "replace", "--allow", "data-loss")).code).toBe(0);
  const left =
    "docker ps -a --filter label=com.docker.compose.project --format '{{.Names}}' | sort; docker volume ls -q; ls /srv/stacks; docker network ls -q --filter name=meet";
  // What was adopted was there before hlx: it stays.
  expect(await host.exec(left)).toBe("other-one-1\nother-two-1\nother-two-2\ndemo_data\nother\n");
  expect(JSON.parse(await host.exec("cat /root/.docker/config.json"))).toEqual({ auths: {} });
});

test("40 services are planned in one burst of API calls: one list, one inspection a container", { timeout: 120_000 }, async () => {
  const stacks = Array.from({ length: 5 }, (_, index) => `many${index}`);
  const services = Array.from({ length: 8 }, (_, index) => `s${index}`);
  const compose = `services: { ${services.map((name) => `${name}: { image: "app:1.0" }`).join(", ")} }\n`;
  await host.exec(
    `for stack in ${stacks.join(" ")}; do for service in ${services.join(" ")}; do docker create --label com.docker.compose.project=$stack --label com.docker.compose.service=$service --label com.docker.compose.oneoff=False app:1.0 >/dev/null; done; done`,
  );
  const session = await openSession(async () => containerTransport({ engine: "docker", name: host.container, user: "root" }), {
    host: "ocean",
    become: { how: "none" },
    deadlineMs: 30_000,
    log: () => undefined,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const endpoints = dockerDriver.start({} as EndpointRun);
  const docker = endpoints.of({ name: "ocean" } as Host, async () => session);
  const desired = stacks.map((name) => composeStack({ name, dir: `/srv/${name}`, compose }).desired);
  const found = await Promise.all(desired.map((stack) => composeStackKind.probe(stack, { shell: session.shell, docker: docker.reader })));
  expect(found.map((one) => one.found === "present" && Object.keys((one.actual as { readonly services: object }).services).length)).toEqual([8, 8, 8, 8, 8]);
  // Containers, networks, volumes; forty inspections; the image at most once a stack.
  expect(docker.requests()).toBeLessThanOrEqual(3 + 40 + 5);
  await endpoints.close();
  await session.close();
});
