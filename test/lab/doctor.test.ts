// hlx doctor on a real host that is broken on purpose: it names what is wrong, and its mend mends it.
import { beforeAll, describe, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

let host: LabHost;
let lab: Project;

beforeAll(async () => {
  host = await labHost({ user: "ops" });
  lab = project({ "inventory.yaml": `format: 1\nhosts:\n${hostLines({ ocean: host })}` }, [host]);
});

interface Found {
  readonly check: string;
  readonly level: string;
  readonly found: string;
  readonly mend?: string;
}

/** What it says of the host that is not well. */
async function wrong(...args: readonly string[]): Promise<{ readonly code: number | null; readonly wrong: readonly Found[] }> {
  const { code, stdout, stderr } = await lab.hlx("doctor", "ocean", "--json", ...args);
  if (stdout === "") throw new Error(stderr);
  const { examined } = JSON.parse(stdout) as { readonly examined: readonly { readonly name: string; readonly findings: readonly Found[] }[] };
  return { code, wrong: examined.flatMap(({ name, findings }) => (name === "ocean" ? findings : [])).filter(({ level }) => level !== "ok") };
}

test("a fresh host is well, and looking at it leaves nothing there", async () => {
  const files = () => host.exec("find / -xdev -newer /etc/hostname -type f -not -path '/proc/*' -not -path '/run/*' -not -path '/var/log/*' | sort");
  const before = await files();
  expect(await wrong()).toEqual({ code: 0, wrong: [] });
  expect(await files()).toBe(before);
  const { stdout } = await lab.hlx("doctor", "ocean");
  for (const shown of ["✔  login", "ops by publickey SHA256:", "✔  algorithms", "ops becomes root", "✔  apt lock"]) expect(stdout).toContain(shown);
});

describe("broken, found, and mended by what it says", () => {
  test.each<readonly [string, string, string, RegExp]>([
    [
      "a package that is half configured",
      "sed -i '/^Package: gzip$/,/^Status:/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status",
      "packages",
      /gzip half-configured/,
    ],
    ["a folder that is somebody else's", "mkdir -p /var/lib/hlx && chown ops /var/lib/hlx && chmod 777 /var/lib/hlx", "hlx's folders", /is not root's alone/],
  ])("%s", async (...[, broken, check, found]) => {
    await host.exec(broken);
    const first = await wrong();
    expect(first).toMatchObject({ code: 3, wrong: [{ check, level: "error", found: expect.stringMatching(found) }] });
    await host.exec(first.wrong[0]?.mend?.replace(/^.*then: /, "") ?? "");
    expect(await wrong()).toEqual({ code: 0, wrong: [] });
  });
  test("a failed unit, a missing tool, and apt's lock with who holds it, at once", async () => {
    await host.exec("systemd-run --quiet --unit=broken /bin/false; mv /usr/bin/setsid /usr/bin/setsid.off; sleep 0.5");
    await host.exec(
      `nohup perl -MFcntl -e 'open F,">","/var/lib/dpkg/lock-frontend"; $l=pack("ssx4qqi",F_WRLCK,0,0,0,0); fcntl(F,F_SETLK,$l) or die; sleep 20' >/dev/null 2>&1 & sleep 0.3`,
    );
    const { code, wrong: all } = await wrong();
    expect(code).toBe(3);
    expect(all).toMatchObject([
      { check: "tools", level: "error", found: "missing: setsid" },
      { check: "systemd", level: "warning", found: "degraded, failed: broken.service" },
      { check: "apt lock", level: "warning", found: expect.stringMatching(/lock-frontend is held by process \d+ \(perl\)/) },
    ]);
    await host.exec("mv /usr/bin/setsid.off /usr/bin/setsid; systemctl reset-failed; pkill perl");
  });
  test("no sudo: the sudoers line", async () => {
    await host.exec("mv /etc/sudoers.d/hlx-lab /root/");
    expect(await wrong()).toMatchObject({
      code: 3,
      wrong: [{ check: "root", level: "error", mend: expect.stringContaining("`ops ALL=(ALL:ALL) NOPASSWD: ALL`") }],
    });
    await host.exec("mv /root/hlx-lab /etc/sudoers.d/");
  });
  test("a user that is not there: what was tried, and how to add the key", async () => {
    const { wrong: all } = await wrong("-u", "nobody2");
    expect(all).toMatchObject([
      { check: "login", level: "error", found: expect.stringContaining("tried publickey SHA256:"), mend: expect.stringContaining("ssh-copy-id") },
    ]);
  });
  test("over openssh: its own words where it does not get in, the same looks where it does", async () => {
    const other = project({ "inventory.yaml": lab.read("inventory.yaml").replace("{ ", "{ connection: openssh, ") }, [host]);
    const { code, stdout } = await other.hlx("doctor", "ocean");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/login +ops over openssh[\s\S]*ops becomes root[\s\S]*disk/)]);
    const { stdout: refused } = await other.hlx("doctor", "ocean", "-u", "nobody2");
    expect(refused).toMatch(/✖ {2}login +could not log in to nobody2@127\.0\.0\.1 by ssh \(status 255\)/);
  });
  test("a host key that is not known: the fingerprint, and where to write it", async () => {
    const stranger = project({ "inventory.yaml": lab.read("inventory.yaml") });
    const { code, stdout } = await stranger.hlx("doctor", "ocean");
    expect(code).toBe(3);
    expect(stdout).toMatch(/✖ {2}host key {2}the host key of ocean .* is not known: it showed \S+ SHA256:/);
    expect(stdout).toContain("hlx trust ocean");
  });
});
