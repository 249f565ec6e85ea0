// The kinds on a real host: their contract, and what only systemd, apt and account databases can show.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerTransport } from "../../src/connections/container.ts";
import { openSession } from "../../src/connections/shell/session.ts";
import type { AnyKind, Change, Found, Known } from "../../src/model/kind.ts";
import type { Session, ShellWriter } from "../../src/model/ports/shell.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { StepResult } from "../../src/model/step.ts";
import { authorizedKeys } from "../../src/resources/authorized-keys.ts";
import { file } from "../../src/resources/file.ts";
import { packages } from "../../src/resources/packages.ts";
import { kinds } from "../../src/resources/registry.ts";
import { service } from "../../src/resources/service.ts";
import { probeOn, runContract } from "../../src/testing/contract.ts";
import { accountCases, keyCases, packageCases, pathCases, serviceCases } from "../../src/testing/contract-cases.ts";
import { testDigest, testSecret } from "../../src/testing/digest.ts";
import { type LabHost, labHost } from "./hosts.ts";

let host: LabHost;
let session: Session;
let writer: ShellWriter;

beforeAll(async () => {
  host = await labHost();
  session = await openSession(async () => containerTransport({ engine: "docker", name: host.container, user: "root" }), {
    host: "lab",
    become: { how: "none" },
    deadlineMs: 10_000,
    log: () => undefined,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
  });
  const answer = await session.lock({ run: "1", who: "test", where: "here", pid: 1, since: "2026-01-01T00:00:00Z" });
  if (answer.lock === "refused") throw new Error(answer.problem.message);
  writer = answer.writer;
  await host.exec(
    "mkdir /srv/contract && useradd -m keys && install -d -o keys -g keys -m 700 /home/keys/.ssh && echo '# mine' > /home/keys/.ssh/authorized_keys && chown keys: /home/keys/.ssh/authorized_keys",
  );
});

afterAll(async () => {
  await writer?.release();
  await session?.close();
});

function kindOf(resource: Resource): AnyKind {
  const kind = kinds.find((one) => one.kind === resource.kind);
  if (kind === undefined) throw new Error(resource.kind);
  return kind;
}

const look = (resource: Resource): Promise<Found<unknown>> => probeOn(kindOf(resource), resource.desired, session);

async function changesOf(resource: Resource, changing: readonly string[] = []): Promise<readonly Change[]> {
  return kindOf(resource).diff(resource.desired, (await look(resource)) as Known<unknown>, { changing: new Set(changing), digest: testDigest });
}

async function apply(resource: Resource): Promise<readonly StepResult[]> {
  const found = (await look(resource)) as Known<unknown>;
  const changes = kindOf(resource).diff(resource.desired, found, { changing: new Set(), digest: testDigest });
  const results: StepResult[] = [];
  for (const step of kindOf(resource).steps(resource.desired, found, { changes, now: new Date(0) })) {
    if (step.do === "detached") results.push(await writer.long(step, { reveal: testSecret }));
    else if (step.do === "write" || step.do === "run" || step.do === "guarded") results.push(...(await writer.batch([step], { reveal: testSecret })));
  }
  return results;
}

const names = (changes: readonly Change[]): readonly string[] => changes.map(({ property, risk }) => `${property} ${risk}`);

describe("the contract", () => {
  test.each([
    ["paths", pathCases({ folder: "/srv/contract", owner: "daemon", group: "adm" })],
    ["accounts", accountCases],
    ["keys", keyCases("keys")],
    ["packages", packageCases],
    ["services", serviceCases("cron")],
  ])("holds for %s", async (what, cases) => {
    if (what === "services") await host.exec("apt-get install -qy cron >/dev/null");
    expect(await runContract({ shell: session.shell, writer }, kinds, cases)).toEqual([]);
  });
});

const conf = (content: string): Resource => file({ path: "/etc/nginx/conf.d/hlx.conf", content });

describe("service", () => {
  test("a unit whose package is missing is blocked on the unit, and follows its configuration once it is there", async () => {
    const nginx = (reloadOn: readonly Resource[]): Resource => service({ unit: "nginx", reloadOn });
    expect(await look(nginx([]))).toMatchObject({ found: "blocked", needs: "unit:nginx" });
    expect((await apply(packages(["nginx-light"]))).map(({ result }) => result)).toEqual(["done"]);

    await apply(conf("# one\n"));
    expect(names(await changesOf(nginx([conf("")])))).toEqual(["loaded reload"]);
    expect((await apply(nginx([conf("")]))).map(({ result }) => result)).toEqual(["done"]);
    expect(await changesOf(nginx([conf("")]))).toEqual([]);

    await host.exec("echo '# by hand' >> /etc/nginx/conf.d/hlx.conf");
    expect(names(await changesOf(nginx([conf("")])))).toEqual(["loaded reload"]);
    await host.exec("sleep 1.1; systemctl restart nginx");
    expect(await changesOf(nginx([conf("")]))).toEqual([]);
    expect(names(await changesOf(nginx([conf("")]), ["file:/etc/nginx/conf.d/hlx.conf"]))).toEqual(["loaded reload"]);
  });

  test("a file that is guarded by the whole configuration comes back when that is broken", async () => {
    await host.exec("printf '# good\\n' > /etc/nginx/conf.d/guarded.conf");
    const broken = file({ path: "/etc/nginx/conf.d/guarded.conf", content: "nonsense {\n", guard: ["nginx", "-t"] });
    expect((await apply(broken)).map(({ result }) => result)).toEqual(["failed"]);
    expect(await host.exec("cat /etc/nginx/conf.d/guarded.conf")).toBe("# good\n");
  });

  test("a unit that dies right after its start has failed, and says why", async () => {
    await apply(
      file({
        path: "/etc/systemd/system/flaps.service",
        content: "[Service]\nExecStart=/bin/sh -c 'echo the reason; sleep 0.1; exit 3'\nRestart=always\nRestartSec=5\n",
      }),
    );
    const [result] = await apply(service({ unit: "flaps", enabled: false }));
    expect(result).toMatchObject({ result: "failed", output: expect.stringContaining("the reason") });
    await host.exec("systemctl stop flaps");
  });

  test("a changed unit file is loaded by a restart of the new one", async () => {
    const unit = (seconds: number): Resource =>
      file({ path: "/etc/systemd/system/naps.service", content: `[Service]\nExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=multi-user.target\n` });
    for (const seconds of [1001, 1002]) {
      await apply(unit(seconds));
      const naps = service({ unit: "naps", restartOn: [unit(0)] });
      await apply(naps);
      expect(await host.exec("tr '\\0' ' ' < /proc/$(systemctl show -p MainPID naps | cut -d= -f2)/cmdline")).toContain(`sleep ${seconds}`);
      expect(await changesOf(naps)).toEqual([]);
    }
  });

  test.each([
    { what: "a masked unit is a problem", resource: service({ unit: "naps2" }), expected: { found: "unknown" } },
    { what: "a masked unit is off when it should be", resource: service({ unit: "naps2", running: false, enabled: false }), expected: { found: "present" } },
    {
      what: "a static unit counts as enabled",
      resource: service({ unit: "systemd-journald" }),
      expected: { found: "present", actual: { running: true, enabled: true, loaded: true } },
    },
    { what: "a unit that never was is off", resource: service({ unit: "never-was", running: false, enabled: false }), expected: { found: "present" } },
  ])("$what", async ({ resource, expected }) => {
    await host.exec("systemctl mask naps2 2>&1");
    expect(await look(resource)).toMatchObject(expected);
  });

  test("a oneshot that succeeded counts as running, one that never ran does not", async () => {
    await apply(file({ path: "/etc/systemd/system/once.service", content: "[Service]\nType=oneshot\nExecStart=/bin/true\n" }));
    const once = service({ unit: "once", enabled: true });
    expect(names(await changesOf(once))).toEqual(["running none"]);
    expect((await apply(once)).map(({ result }) => result)).toEqual(["done"]);
    expect(await changesOf(once)).toEqual([]);
  });
});

describe("packages", () => {
  test("one that is on hold is not removed", async () => {
    await host.exec("apt-get install -qy hello >/dev/null && apt-mark hold hello");
    expect(await look(packages(["hello"], { absent: true }))).toMatchObject({ found: "unknown", because: { hint: expect.stringContaining("unhold") } });
    await host.exec("apt-mark unhold hello");
    expect(await look(packages(["hello"], { absent: true }))).toMatchObject({ found: "present" });
  });

  test("a package that does not exist fails with apt's words", async () => {
    expect(await apply(packages(["no-such-package-hlx"]))).toMatchObject([{ result: "failed", output: expect.stringContaining("no-such-package-hlx") }]);
  });

  test("what dpkg left half-way is an error of the plan that says what to do, and only where it matters", async () => {
    await host.exec(
      "cp /var/lib/dpkg/status /root/status && sed -i '/^Package: hello$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status",
    );
    expect(await look(packages(["tree"]))).toMatchObject({ found: "unknown", because: { hint: "run `dpkg --configure -a` on the host" } });
    expect(await look(packages(["nginx-light"]))).toMatchObject({ found: "present" });
    await host.exec("cp /root/status /var/lib/dpkg/status");
  });
});

describe("authorized-keys", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB";
  test.each([
    ["a link instead of ~/.ssh", "rm -rf /home/evil/.ssh; ln -s /root/.ssh /home/evil/.ssh"],
    ["a link instead of the file", "rm -rf /home/evil/.ssh; install -d -o evil /home/evil/.ssh; ln -s /etc/shadow /home/evil/.ssh/authorized_keys"],
    ["somebody else's file", "rm -rf /home/evil/.ssh; install -d -o evil /home/evil/.ssh; touch /home/evil/.ssh/authorized_keys"],
    ["somebody else's folder", "rm -rf /home/evil/.ssh; install -d -o daemon /home/evil/.ssh"],
  ])("%s is refused", async (_, prepare) => {
    await host.exec(`id evil >/dev/null 2>&1 || useradd -m evil; ${prepare}`);
    expect(await look(authorizedKeys({ user: "evil", keys: [key] }))).toMatchObject({ found: "unknown", because: { code: "trust" } });
  });

  test("the file belongs to the user, and no other may read it", async () => {
    await host.exec("useradd -m -s /usr/sbin/nologin fresh");
    await apply(authorizedKeys({ user: "fresh", keys: [key] }));
    expect(await host.exec("stat -c '%U %a' /home/fresh/.ssh /home/fresh/.ssh/authorized_keys")).toBe("fresh 700\nfresh 600\n");
  });

  test("sec/38 a link swapped in between plan and write leads nowhere", async () => {
    await host.exec("mkdir -p /root/.ssh && useradd -m racer");
    const steps = kindOf(authorizedKeys({ user: "racer", keys: [key] }));
    const desired = authorizedKeys({ user: "racer", keys: [key] }).desired;
    await host.exec("rm -rf /home/racer/.ssh; ln -s /root/.ssh /home/racer/.ssh; chown -h racer /home/racer/.ssh; ls -A /root/.ssh | wc -l > /root/count");
    const planned = steps.steps(
      desired,
      { found: "absent" },
      { changes: steps.diff(desired, { found: "absent" }, { changing: new Set(), digest: testDigest }), now: new Date(0) },
    );
    const [result] = await writer.batch(
      planned.filter((step) => step.do === "run"),
      { reveal: testSecret },
    );
    expect(result).toMatchObject({ result: "failed" });
    expect(await host.exec("ls -A /root/.ssh | wc -l | cmp - /root/count && echo same")).toBe("same\n");
  });
});
