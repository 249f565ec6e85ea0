// Undo and resume on a real host, as a user runs them.
import { beforeAll, expect, test } from "vitest";
import { type LabHost, labHost } from "./hosts.ts";
import { hostLines, type Project, project } from "./project.ts";

const role = `import { directory, defineRole, file, group, packages, service, user } from "hlx";

export default defineRole({
  name: "kit",
  summary: "One of everything.",
  params: { type: "object", additionalProperties: false, properties: { broken: { type: "boolean" } } },
  declare({ params }) {
    const conf = file({ path: "/etc/kit/kit.conf", content: "new\\n", mode: "0640" });
    return [
      group({ name: "kit" }),
      user({ name: "kit", group: "kit", system: true }),
      directory({ path: "/etc/kit" }),
      conf,
      file({ path: "/etc/motd", content: "kit\\n" }),
      packages(["tree"]),
      service({ unit: "ssh", restartOn: [conf] }),
      ...(params.broken === true ? [file({ path: "/etc/kit/bad", content: "x", validate: ["false", "%s"] }), file({ path: "/etc/kit/last", content: "x" })] : []),
    ];
  },
});
`;

let host: LabHost;
let lab: Project;

async function good(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.hlx(...args);
  if (code !== 0) throw new Error(`hlx ${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

const look = "getent passwd kit; getent group kit; ls -d /etc/kit; cat /etc/motd; stat -c %a /etc/motd; command -v tree; systemctl is-active ssh";

beforeAll(async () => {
  host = await labHost();
  await host.exec("printf 'old motd\\n' > /etc/motd; chmod 0600 /etc/motd");
  lab = project(
    {
      "inventory.yaml": `format: 1\nplaybook: site.yaml\nhosts:\n${hostLines({ box: host })}`,
      "site.yaml": "- hosts: all\n  roles: [kit]\n",
      "roles/kit/role.ts": role,
    },
    [host],
  );
});

test("rollback brings back what was there before the run, and names what stays", async () => {
  const before = (await host.tryExec(look)).stdout;
  await good("apply", "--yes");
  expect((await host.tryExec(look)).stdout).not.toBe(before);
  await good("rollback", "1", "--yes", "--allow", "replace,data-loss");
  expect((await host.tryExec(look)).stdout).toBe(before);
  expect(await good("history")).toMatch(/rollback/);
  expect(await good("show", "1", "-D")).toMatch(/round trips? at most on a host[\s\S]* changed +box\/kit\/file:\/etc\/motd +content[\s\S]*-old motd\n +\+kit/);
  expect(await good("show", "2")).toContain("takes back run 1");
});

test("a failed run is gone on with, and only what was left is done", async () => {
  lab.write("site.yaml", "- hosts: all\n  roles:\n    - kit: { broken: true }\n");
  const failed = await lab.hlx("apply", "--yes", "--limit", "box");
  expect([failed.code, failed.stdout]).toEqual([3, expect.stringMatching(/Undo: hlx rollback \d+/)]);
  lab.write("roles/kit/role.ts", role.replace('["false", "%s"]', '["true", "%s"]'));
  const text = await good("resume", "--yes");
  expect(text).toMatch(/Going on with run \d+: hlx apply --yes --limit box/);
  expect(text).toContain("Plan: 2 to add, 0 to change, 0 to remove.");
  expect(await good("plan")).toContain("No changes");
});
