// The main job on two real hosts over SSH: from bare Debian to converged, and everything that is promised about it.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { freshHosts, type LabHost } from "./hosts.ts";
import { type HlxRun, hostLines, type Project, project } from "./project.ts";

const role = `import { defineRole, directory, file, packages, service, unitOf, user } from "hlx";

export default defineRole({
  name: "web",
  summary: "A web server with one page.",
  params: { type: "object", additionalProperties: false, required: ["greeting"], properties: { greeting: { type: "string" } } },
  declare({ params, host }) {
    const nginx = packages(["nginx-light"], { provides: [unitOf("nginx")] });
    const site = file({
      path: "/etc/nginx/conf.d/hello.conf",
      content: \`server { listen 8080; location / { return 200 "\${params.greeting} from \${host.name}"; } }\\n\`,
      guard: ["nginx", "-t"],
    });
    return [
      user({ name: "web", system: true }),
      directory({ path: "/srv/web", owner: "web", group: "web" }),
      file({ path: "/srv/web/page", content: params.greeting, owner: "web", group: "web", mode: "0640" }),
      nginx,
      site,
      service({ unit: "nginx", running: true, enabled: true, reloadOn: [site] }),
    ];
  },
});
`;

const playbook = (greeting: string): string => `- hosts: all\n  roles:\n    - web: { greeting: ${greeting} }\n`;
const inventory = (hosts: Readonly<Record<string, LabHost>>): string => `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines(hosts)}`;

/** A key that no host has. */
const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

let one: LabHost;
let two: LabHost;
let lab: Project;

function fresh(): Project {
  return project({ "inventory.yaml": inventory({ one, two }), "site.yaml": playbook("hello"), "roles/web/role.ts": role }, [one, two]);
}

async function good(running: Promise<HlxRun>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`exit ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

beforeAll(async () => {
  const [first, second] = await freshHosts(2);
  if (first === undefined || second === undefined) throw new Error("no hosts");
  [one, two] = [first, second];
  lab = fresh();
});

describe("two hosts from bare Debian", () => {
  test("the plan changes nothing on them", async () => {
    const before = await Promise.all(
      [one, two].map((host) =>
        host.exec("find / -xdev -newer /proc/1 -type f 2>/dev/null | grep -vE '^/(proc|sys|run|var/log|tmp)' | sort; ls /var/lib/hlx /run/hlx 2>&1 || true"),
      ),
    );
    const text = await good(lab.hlx("plan"));
    expect(text).toContain("Plan: 12 to add, 0 to change, 0 to remove.");
    const after = await Promise.all(
      [one, two].map((host) =>
        host.exec("find / -xdev -newer /proc/1 -type f 2>/dev/null | grep -vE '^/(proc|sys|run|var/log|tmp)' | sort; ls /var/lib/hlx /run/hlx 2>&1 || true"),
      ),
    );
    expect(after).toEqual(before);
  });

  test("apply without a terminal and without --yes refuses", async () => {
    const { code, stderr } = await lab.hlx("apply");
    expect([code, stderr]).toEqual([1, expect.stringContaining("refusing to apply without --yes")]);
  });

  test("one apply converges them, and the second plan is empty", async () => {
    await good(lab.hlx("apply", "--yes"));
    expect(
      await one.exec(
        "curl -s localhost:8080 2>/dev/null || (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null || busybox wget -qO- localhost:8080 2>/dev/null; systemctl is-active nginx",
      ),
    ).toContain("active");
    expect(await two.exec("stat -c '%U %a' /srv/web/page; cat /srv/web/page")).toBe("web 640\nhello");
    expect(await good(lab.hlx("plan", "--detailed-exitcode"))).toContain("No changes");
  });

  test("a second apply has nothing to do", async () => {
    expect(await good(lab.hlx("apply", "--yes"))).toContain("No changes");
  });
});

describe("changes by hand", () => {
  test("show as drift, and apply mends just that", async () => {
    await one.exec("echo other > /srv/web/page");
    const drift = await lab.hlx("drift", "--json");
    expect(drift.code).toBe(2);
    const report = JSON.parse(drift.stdout) as { items: { address: string; status: string }[] };
    expect(report.items.filter(({ status }) => status !== "converged")).toMatchObject([{ address: "one/web/file:/srv/web/page", status: "drifted" }]);
    const started = await one.exec("systemctl show -p InvocationID nginx");
    await good(lab.hlx("apply", "--yes"));
    expect(await one.exec("cat /srv/web/page")).toBe("hello");
    expect(await one.exec("systemctl show -p InvocationID nginx")).toBe(started);
    expect((await lab.hlx("drift")).code).toBe(0);
  });

  test("--limit touches one host alone", async () => {
    await Promise.all([one, two].map((host) => host.exec("echo other > /srv/web/page")));
    await good(lab.hlx("apply", "--yes", "--limit", "two"));
    expect(await Promise.all([one, two].map((host) => host.exec("cat /srv/web/page")))).toEqual(["other\n", "hello"]);
    await good(lab.hlx("apply", "--yes"));
  });

  test("a saved plan refuses what has moved, does the rest, and is used once", async () => {
    await Promise.all([one, two].map((host) => host.exec("echo other > /srv/web/page")));
    await good(lab.hlx("plan", "-o", "saved.plan"));
    await one.exec("echo moved > /srv/web/page");
    const applied = await lab.hlx("apply", "saved.plan", "--yes");
    expect([applied.code, applied.stdout + applied.stderr]).toEqual([6, expect.stringContaining("one/web/file:/srv/web/page")]);
    expect(await Promise.all([one, two].map((host) => host.exec("cat /srv/web/page")))).toEqual(["moved\n", "hello"]);
    expect((await lab.hlx("apply", "saved.plan", "--yes")).code).toBe(6);
    await good(lab.hlx("apply", "--yes"));
  });

  test("a plan that is made here is reviewed and applied in a place that has nothing but it and the identity, once", async () => {
    await good(lab.hlx("secrets", "init"));
    await one.exec("echo other > /srv/web/page");
    await good(lab.hlx("plan", "-o", "ci.plan"));
    const there = project({ "ci.plan": lab.read("ci.plan") }, [one, two]);
    expect(await good(there.hlx("show", "ci.plan"))).toMatch(/one +file:\/srv\/web\/page/);
    const refused = await there.hlx("apply", "ci.plan", "--yes");
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining("was made with another identity")]);
    there.write(".home/.config/hlx/age.txt", lab.read(".home/.config/hlx/age.txt"));
    chmodSync(join(there.folder, ".home/.config/hlx/age.txt"), 0o600);
    await good(there.hlx("apply", "ci.plan", "--yes"));
    expect(await one.exec("cat /srv/web/page")).toBe("hello");
    await one.exec("echo other > /srv/web/page");
    const again = await lab.hlx("apply", "ci.plan", "--yes");
    expect([again.code, again.stdout + again.stderr]).toEqual([6, expect.stringMatching(/used/)]);
    await good(lab.hlx("apply", "--yes"));
  });

  test("a broken configuration is refused on the host, the old one comes back and keeps answering", async () => {
    const broken = project({ "inventory.yaml": inventory({ one }), "site.yaml": playbook("'hel\"lo'"), "roles/web/role.ts": role }, [one]);
    const applied = await broken.hlx("apply", "--yes");
    expect(applied.code).toBe(3);
    expect(await one.exec("cat /etc/nginx/conf.d/hello.conf; nginx -t 2>&1; systemctl is-active nginx")).toContain("hello from one");
    await good(lab.hlx("apply", "--yes"));
  });
});

describe("killed, raced, refused", () => {
  test("a kill between file written and service reloaded is completed by the next apply", async () => {
    const changed = fresh();
    changed.write("site.yaml", playbook("bonjour"));
    await one.exec(
      "mkdir -p /etc/systemd/system/nginx.service.d; printf '[Service]\\nExecReload=\\nExecReload=/bin/sleep 600\\nExecReload=/usr/sbin/nginx -s reload\\n' > /etc/systemd/system/nginx.service.d/slow.conf; systemctl daemon-reload",
    );
    const running = changed.start(["apply", "--yes", "--limit", "one"]);
    for (let i = 0; i < 100 && !(await one.tryExec("grep -q bonjour /etc/nginx/conf.d/hello.conf")).status.toString().startsWith("0"); i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    running.kill("SIGKILL");
    await running.ended;
    await one.exec("rm -r /etc/systemd/system/nginx.service.d; systemctl daemon-reload; pkill -f '[s]leep 600' || true; sleep 1");
    const text = await good(changed.hlx("apply", "--yes", "--limit", "one"));
    expect(text).toMatch(/service:nginx/);
    expect(await good(changed.hlx("plan", "--limit", "one"))).toContain("No changes");
    await good(lab.hlx("apply", "--yes"));
  });

  test("two clones cannot apply to one host at once", async () => {
    const [first, second] = [fresh(), fresh()];
    first.write("site.yaml", playbook("salut"));
    second.write("site.yaml", playbook("hallo"));
    await one.exec(
      "mkdir -p /etc/systemd/system/nginx.service.d; printf '[Service]\\nExecReload=\\nExecReload=/bin/sleep 8\\nExecReload=/usr/sbin/nginx -s reload\\n' > /etc/systemd/system/nginx.service.d/slow.conf; systemctl daemon-reload",
    );
    const running = first.start(["apply", "--yes", "--limit", "one"]);
    for (let i = 0; i < 100 && (await one.tryExec("grep -q salut /etc/nginx/conf.d/hello.conf")).status !== 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const refused = await second.hlx("apply", "--yes", "--limit", "one");
    expect(refused.stdout + refused.stderr).toMatch(/refused: locking one: root on \S+ applies run 1/);
    expect(refused.code).not.toBe(0);
    expect((await running.ended).code).toBe(0);
    await one.exec("rm -r /etc/systemd/system/nginx.service.d; systemctl daemon-reload");
    expect(await one.exec("cat /etc/nginx/conf.d/hello.conf")).toContain("salut");
    await good(lab.hlx("apply", "--yes"));
  });

  test("a wrong host key is refused before anything is sent", async () => {
    const stranger = project({ "inventory.yaml": inventory({ one }), "site.yaml": playbook("hello"), "roles/web/role.ts": role });
    const logins = (): Promise<string> => one.exec("journalctl -u ssh | grep -cE 'Accepted|Failed|Invalid user|authenticating' || true");
    const before = await logins();
    const unknown = await stranger.hlx("plan");
    expect([unknown.code, unknown.stdout + unknown.stderr]).toEqual([4, expect.stringMatching(/SHA256:[\s\S]*hlx trust one/)]);
    stranger.write(".home/.ssh/known_hosts", `[127.0.0.1]:${one.port} ${otherKey}\n`);
    const changed = await stranger.hlx("plan");
    expect([changed.code, changed.stdout + changed.stderr]).toEqual([4, expect.stringMatching(/known_hosts:1/)]);
    expect(await logins()).toBe(before);
  });

  test("wrong input is refused before anything connects", async () => {
    const wrong = fresh();
    wrong.write("site.yaml", "- hosts: all\n  roles:\n    - web: { greting: hello }\n");
    const { code, stderr } = await wrong.hlx("plan");
    expect(code).toBe(1);
    expect(stderr).toMatch(/site\.yaml:3:\d+: unknown key "greting"[\s\S]*did you mean "greeting"\?/);
  });
});
