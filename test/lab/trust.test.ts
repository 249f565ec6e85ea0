// On real hosts: healing, a schedule from its installation to its removal, and a host that was replaced.
import { readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

const role = `import { command, defineRole, file, service } from "hlx";

export default defineRole({
  name: "kit",
  summary: "A unit with its two files, and one that is slow.",
  params: { type: "object", additionalProperties: false, properties: { slow: { type: "boolean" } } },
  declare({ params }) {
    const soft = file({ path: "/etc/kit.soft", content: "as it should be\\n" });
    const hard = file({ path: "/etc/kit.hard", content: "as it should be\\n" });
    const unit = file({ path: "/etc/systemd/system/kit.service", content: "[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n" });
    const slow = command({ name: "slow", script: "touch /run/slow.begun; until [ -e /run/slow.go ]; do sleep 0.2; done; touch /run/slow.done", creates: "/run/slow.done", deadlineMs: 100_000 });
    return [soft, hard, unit, service({ unit: "kit", reloadOn: [soft], restartOn: [unit, hard] }), ...(params.slow === true ? [slow] : [])];
  },
});
`;

const inventory = (hosts: string): string => `format: 1\nplaybook: site.yaml\nhosts:\n${hosts}`;
const site = "- hosts: all\n  roles: [kit]\n";

describe("drift --heal", () => {
  let host: LabHost;
  let lab: Project;
  beforeAll(async () => {
    host = await labHost({ user: "ops" });
    lab = project({ "inventory.yaml": inventory(hostLines({ box: host })), "site.yaml": site, "roles/kit/role.ts": role }, [host]);
    expect(await lab.hlx("apply", "-y")).toMatchObject({ code: 0 });
  });

  test("a file changed and a unit stopped by hand are put back, recorded as a run, and then there is no drift", async () => {
    await host.exec("echo changed > /etc/kit.soft; systemctl stop kit; systemctl disable -q kit");
    const healed = await lab.hlx("drift", "--heal", "--junit", "d.xml");
    expect(healed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/healed +box +kit\/file:\/etc\/kit.soft[\s\S]*healed in run 2[\s\S]*healed +box +kit\/service:kit/),
    });
    expect(await host.exec("cat /etc/kit.soft; systemctl is-active kit; systemctl is-enabled kit")).toBe("as it should be\nactive\nenabled\n");
    expect(lab.read("d.xml")).toMatch(/<system-out>healed in run 2/);
    expect(await lab.hlx("drift")).toMatchObject({ code: 0 });
    expect((await lab.hlx("history")).stdout).toMatch(/2 .*drift --heal/);
  });

  test("what would restart a unit is left, with what to say, unless it is allowed; what is pending is left always", async () => {
    const before = await host.exec("systemctl show -p InvocationID --value kit");
    await host.exec("echo changed > /etc/kit.hard; chmod 0600 /etc/kit.soft");
    lab.write("roles/kit/role.ts", role.replace('"/etc/kit.soft", content: "as', '"/etc/kit.soft", mode: "0640", content: "as'));
    const left = await lab.hlx("drift", "--heal");
    expect(left).toMatchObject({ code: 2, stdout: expect.stringMatching(/kit.hard[\s\S]*left: .*--allow restart/) });
    expect(left.stdout).toMatch(/both +box +kit\/file:\/etc\/kit.soft/);
    expect(await host.exec("cat /etc/kit.hard; stat -c %a /etc/kit.soft; systemctl show -p InvocationID --value kit")).toBe(`changed\n600\n${before}`);
    lab.write("roles/kit/role.ts", role);
    expect(await lab.hlx("drift", "--heal", "--allow", "restart")).toMatchObject({ code: 0 });
    expect(await host.exec("cat /etc/kit.hard; stat -c %a /etc/kit.soft")).toBe("as it should be\n644\n");
    expect(await host.exec("systemctl show -p InvocationID --value kit")).not.toBe(before);
    expect(await lab.hlx("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
  });

  test("sec/22 a machine that was replaced under its old name is stopped at until it is said so", async () => {
    await host.restore();
    lab.write(".home/.ssh/known_hosts", readFileSync(host.knownHosts, "utf8"));
    for (const words of [["plan"], ["apply", "-y"], ["drift", "--heal"]]) {
      const { code, stdout, stderr } = await lab.hlx(...words);
      expect([code, stdout + stderr]).toEqual([4, expect.stringMatching(/another machine[\s\S]*hlx state forget --host box/)]);
    }
    expect(await host.tryExec("ls /etc/kit.soft /var/lib/hlx")).toMatchObject({ status: 2 });
    expect(await lab.hlx("state", "forget", "--host", "box")).toMatchObject({ code: 0 });
    expect(await lab.hlx("apply", "-y")).toMatchObject({ code: 0 });
  });
});

// hlx runs on the host itself, from this working copy.
describe("a schedule", () => {
  const repository = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
  const shared = [...new Set([repository, realpathSync(`${repository}/node_modules`), dirname(realpathSync(process.execPath))])];
  const hlx = `cd /srv/lab && '${realpathSync(process.execPath)}' '${repository}/bin/hlx.js'`;
  let host: LabHost;
  let unit = "";
  const said = (): Promise<string> => host.exec(`journalctl -q -o cat -u ${unit}.service`);
  const result = (): Promise<string> => host.exec(`systemctl show -p Result,ExecMainStatus ${unit}.service`);

  beforeAll(async () => {
    host = await labHost({ extra: shared.flatMap((folder) => ["-v", `${folder}:${folder}:ro`]) });
    const files = { "inventory.yaml": inventory("  self: { connection: local }\n"), "site.yaml": site, "roles/kit/role.ts": role };
    for (const [name, text] of Object.entries(files))
      await host.exec(`mkdir -p /srv/lab/roles/kit; echo ${Buffer.from(text).toString("base64")} | base64 -d > /srv/lab/${name}`);
    await host.exec(`${hlx} apply -y`);
  });

  test("is installed, listed, and run, never twice at once: drift is no failed unit", async () => {
    await host.exec(`${hlx} schedule install --every 15m`);
    expect(await host.exec(`${hlx} schedule list`)).toMatch(/\/srv\/lab {2}--every 15m\n {2}timer {2}active/);
    unit = (await host.exec("systemctl list-unit-files --no-legend 'hlx-drift-*.timer'")).split(".")[0] ?? "";
    expect(await host.exec(`systemctl show -p RandomizedDelayUSec ${unit}.timer`)).toBe("RandomizedDelayUSec=1min 30s\n");
    await host.exec(`${hlx} schedule run`);
    expect(await said()).toContain("No drift.");
    await host.exec("echo changed > /etc/kit.soft");
    await host.exec(`${hlx} schedule run`);
    expect(await said()).toMatch(/drifted +self +kit\/file:\/etc\/kit.soft/);
    expect(await result()).toBe("Result=success\nExecMainStatus=2\n");
    await host.exec(`for n in 1 2 3; do (${hlx} schedule run) & done; wait`);
    const marks = (await said()).split("\n").flatMap((line) => /^(Starting|Finished) /.exec(line)?.[1] ?? []);
    expect(marks.length).toBeGreaterThanOrEqual(6);
    expect(marks).toEqual(marks.map((_, index) => ["Starting", "Finished"][index % 2]));
  });

  test("heals by its timer alone, and is skipped while an apply runs", async () => {
    await host.exec(`${hlx} schedule install --every 15m --jitter 0s --heal`);
    await host.exec("printf -- '- hosts: all\\n  roles: [kit: { slow: true }]\\n' > /srv/lab/site.yaml");
    const applying = host.exec(`${hlx} apply -y`);
    await host.exec("until [ -e /run/slow.begun ]; do sleep 0.2; done");
    await host.exec(`${hlx} schedule run`);
    expect(await said()).toContain("skipped: an apply is running");
    await host.exec("touch /run/slow.go");
    await applying;
    await host.exec("echo changed > /etc/kit.soft");
    // Its own timer, sooner than the minute after its installation.
    await host.exec(`mkdir /run/systemd/system/${unit}.timer.d && printf '[Timer]\nOnActiveSec=1s\n' > /run/systemd/system/${unit}.timer.d/soon.conf`);
    await host.exec(`systemctl daemon-reload && systemctl restart ${unit}.timer`);
    await host.exec("until [ \"$(cat /etc/kit.soft)\" = 'as it should be' ]; do sleep 0.5; done");
    await host.exec(`until systemctl is-active -q ${unit}.timer && ! systemctl is-active -q ${unit}.service; do sleep 0.2; done`);
    // The journal is written beside the service, and may be behind it.
    await expect.poll(said, { timeout: 20_000 }).toMatch(/healed +self +kit\/file:\/etc\/kit.soft/);
  });

  test("is removed without a trace", async () => {
    await host.exec(`${hlx} schedule remove`);
    expect(await host.exec("systemctl list-unit-files --no-legend 'hlx-drift-*'; ls /etc/systemd/system | grep hlx-drift || :")).toBe("");
  });
});
