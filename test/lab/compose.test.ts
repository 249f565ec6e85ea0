// Compose stacks on a real engine: what is planned is what happens, to the services that are named and to no other.
import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { dockerDriver } from "../../src/connections/docker.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import type { Host } from "../../src/model/host.ts";
import type { EndpointRun } from "../../src/model/ports/endpoint.ts";
import { composeStack, composeStackKind } from "../../src/resources/compose-stack.ts";
import { installDocker, makeImages } from "./docker-host.ts";
import { containerHost, type LabHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

let host: LabHost;
let lab: Project;

beforeAll(async () => {
  host = await containerHost();
  await installDocker(host);
  await makeImages(host);
  lab = project({ "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ ocean: host })}` }, [host]);
}, 600_000);

const site = (stacks: string): void => lab.write("site.yaml", `- hosts: all\n  roles: [compose: { root: /srv/stacks, wait: 20, stacks: ${stacks} }]\n`);

// A container whose process ignores the signal to stop would cost ten seconds each time.
const quick = "stop_grace_period: 0s";

function demo({ web = "1.0", health = "test -e /healthy", greeting = "hello" } = {}): string {
  return `services:
  web:
    image: app:${web}
    ${quick}
    restart: unless-stopped
    environment: { GREETING: "${greeting}", TOKEN: "\${TOKEN}", COST: 5$$ }
    volumes: ["./conf/app.conf:/etc/app.conf:ro", "data:/data"]
    healthcheck: { test: "${health}", interval: 1s, retries: 2 }
    depends_on: { init: { condition: service_completed_successfully } }
    networks: [front]
  db: { image: "app:1.0", ${quick}, restart: unless-stopped, networks: [front], mem_limit: 64m }
  init: { image: "app:1.0", command: ["true"], networks: [front] }
networks: { front: { name: front } }
volumes: { data: }
`;
}

const guest = `services: { guest: { image: "app:1.0", ${quick}, restart: unless-stopped, networks: [front] } }\nnetworks: { front: { external: true } }\n`;

interface Seen {
  readonly id: string;
  readonly started: string;
  readonly image: string;
}

async function containers(): Promise<Readonly<Record<string, Seen>>> {
  const lines = await host.exec("docker ps -aq --no-trunc | xargs -r docker inspect -f '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.Config.Image}}'");
  const rows = lines
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  return Object.fromEntries(rows.map(([name = "", id = "", started = "", image = ""]) => [name.slice(1), { id, started, image }]));
}

const secret = "p'a\"ss$word\\x";
const withSecret = { env: { HLX_SECRET_DEMO_TOKEN: secret } };
const stacks = "{ guest: {}, demo: { env: { TOKEN: !secret demo.token } } }";

async function hlx(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const { code, stdout, stderr } = await lab.start(args, withSecret).ended;
  return { code, said: `${stdout}${stderr}` };
}

const apply = () => hlx("apply", "--yes");

async function isEmpty(): Promise<void> {
  expect((await hlx("plan")).said).toContain("No changes");
}

describe("a stack and another one that uses its network", { timeout: 240_000 }, () => {
  test("are created in order, with a secret that only the container sees, and are then as desired", async () => {
    lab.write("stacks/demo/compose.yaml", demo());
    lab.write("stacks/demo/conf/app.conf", "one\n");
    lab.write("stacks/guest/compose.yaml", guest);
    site(stacks);
    const { code, said } = await apply();
    expect([code, said.includes(secret)]).toEqual([0, false]);
    expect(await host.exec("docker exec demo-web-1 cat /proc/1/environ | tr '\\0' '\\n'")).toContain(`TOKEN=${secret}\n`);
    expect(await host.exec("docker exec demo-web-1 cat /proc/1/environ | tr '\\0' '\\n'")).toContain("COST=5$\n");
    expect(
      await host.exec("cd /srv/stacks/demo; stat -c '%a %n' compose.yaml .hlx .hlx/desired.json conf/app.conf; grep -c value .hlx/desired.json || true"),
    ).toBe("600 compose.yaml\n700 .hlx\n600 .hlx/desired.json\n644 conf/app.conf\n0\n");
    expect(await host.exec("cat /srv/stacks/demo/.hlx/desired.json")).not.toContain("word");
    await isEmpty();
  });

  test("one service changes: the others and the one-shot are left alone, and its fields are shown", async () => {
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    const planned = await hlx("plan");
    expect(planned.said).toMatch(/-\s+GREETING: hello\n\s*\+\s+GREETING: bye/);
    expect((await apply()).code).toBe(0);
    const after = await containers();
    expect(after["demo-web-1"]?.id).not.toBe(before["demo-web-1"]?.id);
    for (const name of ["demo-db-1", "demo-init-1", "guest-guest-1"]) expect(after[name]).toEqual(before[name]);
    await isEmpty();
  });

  test("a mounted file's content changes: the container that mounts it is made anew and sees it", async () => {
    const before = await containers();
    lab.write("stacks/demo/conf/app.conf", "two\n");
    expect((await apply()).code).toBe(0);
    expect(await host.exec("docker exec demo-web-1 cat /etc/app.conf")).toBe("two\n");
    expect((await containers())["demo-db-1"]).toEqual(before["demo-db-1"]);
    await isEmpty();
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

  test("an update that is unhealthy goes back to the image and files that ran before", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ web: "broken", greeting: "broken" }));
    lab.write("stacks/demo/conf/app.conf", "broken\n");
    const { code, said } = await apply();
    expect([code, said]).toEqual([3, expect.stringContaining("it is unhealthy")]);
    const [web] = [(await containers())["demo-web-1"]];
    expect(web?.image).toBe("app:1.0");
    expect(await host.exec("docker exec demo-web-1 cat /etc/app.conf; docker inspect -f '{{.State.Health.Status}}' demo-web-1")).toBe("two\nhealthy\n");
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    lab.write("stacks/demo/conf/app.conf", "two\n");
    await isEmpty();
  });

  test("an image that cannot be had touches nothing", async () => {
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ web: "9.9" }));
    const { code, said } = await apply();
    expect([code, said]).toEqual([3, expect.stringContaining("nothing was touched")]);
    expect(await containers()).toEqual(before);
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    await isEmpty();
  });

  test("a port that somebody else's container has is found before anything is touched", async () => {
    await host.exec("docker run -d --name squatter -p 8099:80 app:1.0");
    const before = await containers();
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "clash" }).replace("  db:", "  extra: { image: 'app:1.0', ports: ['8099:80'] }\n  db:"));
    expect((await hlx("plan")).said).toContain("wants port 8099/tcp, which the container squatter publishes");
    expect((await apply()).code).not.toBe(0);
    expect(await containers()).toEqual(before);
    await host.exec("docker rm -f squatter");
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
  });

  test("two stacks that publish one port are refused without connecting, with both places", async () => {
    lab.write("stacks/guest/compose.yaml", guest.replace("networks: [front]", "networks: [front], ports: ['81:80']"));
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }).replace("networks: [front]\n  db", "networks: [front]\n    ports: ['81:80']\n  db"));
    const { code, said } = await hlx("validate");
    expect([code, said]).toEqual([1, expect.stringContaining("81/tcp")]);
    expect(said).toContain("stacks/demo/compose.yaml:");
    lab.write("stacks/guest/compose.yaml", guest);
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    await isEmpty();
  });

  test("rollback brings back the stack of before a run", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ web: "2.0", greeting: "bye" }));
    const { said } = await apply();
    expect((await containers())["demo-web-1"]?.image).toBe("app:2.0");
    const run = /\bRun (\d+)/.exec(said)?.[1] ?? "";
    expect(await hlx("rollback", run, "--yes")).toMatchObject({ code: 0 });
    expect((await containers())["demo-web-1"]?.image).toBe("app:1.0");
  });

  test("stopped: the containers stay, and nobody starts them", async () => {
    lab.write("stacks/demo/compose.yaml", demo({ greeting: "bye" }));
    site("{ guest: { state: stopped }, demo: { env: { TOKEN: !secret demo.token } } }");
    const before = await containers();
    expect((await apply()).code).toBe(0);
    expect(await host.exec("docker inspect -f '{{.State.Running}}' guest-guest-1")).toBe("false\n");
    expect((await containers())["guest-guest-1"]?.id).toBe(before["guest-guest-1"]?.id);
    await isEmpty();
  });
});

test("a stack that somebody else started is adopted without a restart", { timeout: 120_000 }, async () => {
  const file = `services: { one: { image: "app:1.0", ${quick}, restart: always, environment: [A=1] }, two: { image: "app:1.0", ${quick}, environment: [B=1] } }\n`;
  await host.exec(`mkdir -p /root/other && cat > /root/other/compose.yaml <<'END'\n${file}END\ncd /root/other && docker compose up -d 2>&1`);
  const before = await containers();
  lab.write("stacks/other/compose.yaml", file.replace("B=1", "B=2"));
  site("{ guest: { state: stopped }, demo: { env: { TOKEN: !secret demo.token } }, other: {} }");
  const planned = await hlx("plan");
  expect(planned.said).toMatch(/service:one.*adopts/);
  expect(planned.said).toMatch(/service:two.*recreates: environment differs/);
  lab.write("stacks/other/compose.yaml", file);
  expect((await apply()).code).toBe(0);
  expect(await containers()).toEqual(before);
  await isEmpty();
});

test("a tag that the registry has moved is reported, and pulled when asked", { timeout: 120_000 }, async () => {
  const image = "127.0.0.1:5000/app:stable";
  await host.exec(`docker tag app:1.0 ${image} && docker push -q ${image} && docker rmi ${image}`);
  lab.write("stacks/moving/compose.yaml", `services: { app: { image: "${image}", ${quick}, restart: always } }\n`);
  site("{ guest: { state: stopped }, demo: { env: { TOKEN: !secret demo.token } }, other: {}, moving: { pull: digest } }");
  expect((await apply()).code).toBe(0);
  await isEmpty();
  await host.exec(`docker tag app:2.0 ${image} && docker push -q ${image} && docker tag app:1.0 ${image}`);
  expect((await hlx("plan")).said).toContain("its tag has moved in the registry");
  expect((await apply()).code).toBe(0);
  expect(await host.exec("docker exec moving-app-1 cat /version")).toBe("2.0\n");
  await isEmpty();
});

test("the services of many stacks are planned in one burst: one list, one inspection a container", { timeout: 120_000 }, async () => {
  const name = (index: number) => `many${index}`;
  const compose = `services: { a: { image: "app:1.0" }, b: { image: "app:1.0" } }\n`;
  for (let index = 0; index < 5; index++)
    for (const service of ["a", "b"])
      await host.exec(
        `docker create --label com.docker.compose.project=${name(index)} --label com.docker.compose.service=${service} --label com.docker.compose.oneoff=False app:1.0`,
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
  const desired = Array.from({ length: 5 }, (_, index) => composeStack({ name: name(index), dir: `/srv/${name(index)}`, compose }).desired);
  const found = await Promise.all(desired.map((stack) => composeStackKind.probe(stack, { shell: session.shell, docker: docker.reader })));
  expect(found.map((one) => one.found)).toEqual(desired.map(() => "present"));
  // Containers, networks, volumes; ten inspections; an image at most once a stack.
  expect(docker.requests()).toBeLessThanOrEqual(3 + 10 + 5);
  await endpoints.close();
  await session.close();
});
