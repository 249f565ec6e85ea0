// Checks after an apply on a real host, and what a failure takes back.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

const role = `import { defineRole, file, packages, service, unitOf } from "hlx";

export default defineRole({
  name: "site",
  summary: "Serves one answer.",
  params: { type: "object", required: ["status"], properties: { status: { type: "integer" }, extra: { type: "boolean" } } },
  declare({ params }) {
    const nginx = packages(["nginx-light"], { provides: [unitOf("nginx")] });
    const site = file({ path: "/etc/nginx/conf.d/site.conf", content: "server { listen 8080; location / { return " + params.status + " 'site " + params.status + "'; } }\\n" });
    return [nginx, site, ...(params.extra === true ? [file({ path: "/etc/site.extra", content: "x" })] : []), service({ unit: "nginx", reloadOn: [site] })];
  },
});
`;

let host: LabHost;
let lab: Project;

function wants(params: string, deadline = "3s"): void {
  lab.write(
    "site.yaml",
    `- hosts: all\n  roles:\n    - site: ${params}\n      checks: [unit:nginx, { http: "http://localhost:8080/x", text: site, deadline: ${deadline}, every: 1s }]\n`,
  );
}

const answer = "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3";

async function served(): Promise<string> {
  return (await host.exec(`bash -c "${answer.replaceAll('"', '\\"')}"`)).trim();
}

beforeAll(async () => {
  host = await labHost();
  const lines = hostLines({ box: host }).replace("{ address", "{ checks: [tcp:22, { exec: [test, -d, /etc] }], address");
  lab = project({ "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${lines}`, "roles/site/role.ts": role }, [host]);
});

test("good checks are told; a bad one makes the run fail, and its changes are taken back", async () => {
  wants("{ status: 200 }", "30s");
  const first = await lab.hlx("apply", "--yes");
  expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/✔ box +check http:\/\/localhost:8080\/x[\s\S]*Checks: 4 of 4 good\./)]);
  expect(await served()).toBe("site 200");

  wants("{ status: 503, extra: true }");
  const second = await lab.hlx("apply", "--yes", "--rollback-on-failure");
  expect([second.code, second.stderr]).toEqual([3, expect.stringContaining("Taking back what run 2 did on box.")]);
  expect(second.stdout).toMatch(/✖ box +check http:\/\/localhost:8080\/x {2}status 503 \(\d tries\)/);
  expect(await served()).toBe("site 200");
  expect((await host.tryExec("ls /etc/site.extra")).status).not.toBe(0);
  expect((await lab.hlx("show", "2")).stdout).toMatch(/not good +box\/site +http:\/\/localhost:8080\/x: status 503/);
});

test("a saved plan goes back, too, where its inventory is not; without the option it stays as it failed", async () => {
  const saved = await lab.hlx("plan", "-o", "bad.plan");
  expect(saved.code).toBe(0);
  const inventory = lab.read("inventory.yaml");
  rmSync(join(lab.folder, "inventory.yaml"));
  const { code, stderr } = await lab.hlx("apply", "bad.plan", "--yes", "--rollback-on-failure");
  expect([code, stderr]).toEqual([3, expect.stringContaining("Taking back")]);
  expect(await served()).toBe("site 200");
  lab.write("inventory.yaml", inventory);
  const failed = await lab.hlx("apply", "--yes");
  expect([failed.code, failed.stdout]).toEqual([3, expect.stringMatching(/Undo: hlx rollback \d+/)]);
  expect(await served()).toBe("site 503");
  expect((await lab.hlx("apply", "--yes")).code).toBe(3);
  const status = await lab.hlx("status");
  expect([status.code, status.stdout]).toEqual([
    3,
    expect.stringMatching(/✔ +box +site +unit:nginx[\s\S]*✖ +box +site +http:\/\/localhost:8080\/x +status 503[\s\S]*✔ +box +tcp:22/),
  ]);
  expect(JSON.parse((await lab.hlx("status", "--json")).stdout)).toMatchObject({
    document: "status",
    hosts: [{ host: "box", checks: [{ good: true }, { because: "status 503" }, {}, {}] }],
  });
});

test("a host's lock is shown and broken only with leave", async () => {
  await host.exec(
    'mkdir -p /var/lib/hlx/epoch/90 && echo \'{"run":"9-x","who":"bob","where":"couch","pid":7,"since":"2026-01-01T00:00:00Z"}\' > /var/lib/hlx/epoch/90/holder && touch /var/lib/hlx/epoch/90/beat',
  );
  const locked = await lab.hlx("apply", "--yes");
  expect([locked.code, locked.stdout]).toEqual([3, expect.stringContaining("bob on couch applies run 9-x")]);
  const refused = await lab.hlx("state", "unlock", "box");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/locked by run 9-x by bob at couch[\s\S]*refusing to unlock without --yes/)]);
  expect((await lab.hlx("state", "unlock", "box", "--yes")).stdout).toContain("Unlocked box.");
  expect((await lab.hlx("state", "unlock", "box", "--yes")).stdout).toContain("box is not locked.");
  expect((await lab.hlx("apply", "--yes")).stdout).not.toContain("locked");
});
